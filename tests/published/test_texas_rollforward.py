"""Ten published years of the Teacher Retirement System of Texas, both sides, to the dollar.

Source: GASB Statement No. 67 schedules of changes in net pension liability, fiscal years ending
2015-08-31 to 2024-08-31, in ../shared/cases/texas_trs_tpl_fnp_2015_2024.csv.  The discount rates
asserted below are those the system published for each year's beginning: 8% until 2018, the single
discount rate of 6.907% in 2019, 7.25% until 2022, 7% since.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest

from defease.performance import (
    BalanceHistory,
    Bridge,
    BridgeEnds,
    Contender,
    Contest,
    Frequency,
    ReturnSeries,
    ScoreLine,
    Side,
    asset_growth,
    balance_history,
    funded_bridge,
    growth_of_both_sides,
    liability_growth,
    linked_bridge,
    modified_dietz_return,
    performance_report,
    return_series,
    scoreboard,
)
from tests.shared_files import shared_rows
from tests.slow_performance import comparative, in_money

FILE = "cases/texas_trs_tpl_fnp_2015_2024.csv"
DISCOUNT_RATES = [0.08] * 4 + [0.06907] + [0.0725] * 3 + [0.07] * 2
PAID = {"benefit_payments": "payments: benefits", "refunds": "payments: refunds"}
ASSET_DRIVERS = {
    "non_employer_contributing_entity": "contributions: state",
    "employer_contributions": "contributions: employers",
    "employee_contributions": "contributions: members",
    "pension_plan_net_investment_income": "assets",
    "pension_plan_administrative_expense": "expenses",
    "other": "other",
    **PAID,
}
LIABILITY_DRIVERS = {
    "service_cost": "accruals",
    "interest_on_the_total_pension_liability": "income",
    "benefit_changes": "plan changes",
    "difference_between_expected_and_actual_experience": "experience",
    "assumption_changes": "assumptions",
    **PAID,
}
ACCRUED = "service_cost"
JUMPS = (
    "benefit_changes",
    "difference_between_expected_and_actual_experience",
    "assumption_changes",
)
OUTSIDE = [name for name in ASSET_DRIVERS if name != "pension_plan_net_investment_income"]

Year = dict[str, int]


@pytest.fixture(scope="module")
def years() -> list[Year]:
    return [{name: int(cell) for name, cell in row.items()} for row in shared_rows(FILE)]


def ends_of(year: Year) -> BridgeEnds:
    return BridgeEnds(
        opening_assets=year["plan_fiduciary_net_position_beginning"],
        opening_liabilities=year["total_pension_liability_beginning"],
        closing_assets=year["plan_fiduciary_net_position_ending_b"],
        closing_liabilities=year["total_pension_liability_ending_a"],
    )


def bridge_of(year: Year, order: tuple[str, ...] = ()) -> Bridge:
    return funded_bridge(
        ends_of(year),
        asset_changes={driver: year[name] for name, driver in ASSET_DRIVERS.items()},
        liability_changes={driver: year[name] for name, driver in LIABILITY_DRIVERS.items()},
        order=order,
    )


def returns_of(year: Year) -> tuple[float, float]:
    """Both sides' returns with every flow at mid-year, as the actuary's interest has it."""
    ends, half = ends_of(year), 0.5
    outside = [year[name] for name in OUTSIDE]
    earned = modified_dietz_return(
        ends.opening_assets,
        closing=ends.closing_assets,
        flows=outside,
        invested_shares=[half] * len(outside),
    )
    # Experience and changes are booked at the year's end: they earn nothing in the year.
    flows = [year[ACCRUED], *(year[name] for name in PAID), *(year[name] for name in JUMPS)]
    owed = modified_dietz_return(
        ends.opening_liabilities,
        closing=ends.closing_liabilities,
        flows=flows,
        invested_shares=[half] * 3 + [0.0] * 3,
    )
    return earned, owed


def history_of(years: list[Year]) -> BalanceHistory:
    opening = [dt.date(years[0]["fiscal_year_ending_aug31"] - 1, 8, 31)]
    jumps = [*PAID, ACCRUED, *JUMPS]
    first = ends_of(years[0])
    return balance_history(
        [*opening, *(dt.date(y["fiscal_year_ending_aug31"], 8, 31) for y in years)],
        assets=[first.opening_assets, *(ends_of(y).closing_assets for y in years)],
        liabilities=[first.opening_liabilities, *(ends_of(y).closing_liabilities for y in years)],
        asset_flows=[sum(y[name] for name in OUTSIDE) for y in years],
        liability_flows=[sum(y[name] for name in jumps) for y in years],
    )


def series_of(years: list[Year]) -> tuple[ReturnSeries, ReturnSeries]:
    dates = [dt.date(y["fiscal_year_ending_aug31"], 8, 31) for y in years]
    sides = zip(*(returns_of(y) for y in years), strict=True)
    assets, liabilities = (
        return_series(name, dates, list(side), frequency=Frequency.ANNUAL)
        for name, side in zip(("total assets", "total pension liability"), sides, strict=True)
    )
    return assets, liabilities


def test_growth_of_both_sides_is_the_published_income_and_interest(years: list[Year]) -> None:
    for year in years:
        ends = ends_of(year)
        contributions = sum(year[n] for n, d in ASSET_DRIVERS.items() if d[:4] == "cont")
        paid_out = sum(year[name] for name in (*PAID, "pension_plan_administrative_expense"))
        earned = asset_growth(
            ends.opening_assets,
            closing=ends.closing_assets,
            contributions=contributions + year["other"],
            paid=-paid_out,
        )
        owed = liability_growth(
            ends.opening_liabilities,
            closing=ends.closing_liabilities,
            paid=-sum(year[name] for name in PAID),
            accruals=year[ACCRUED],
            experience=sum(year[name] for name in JUMPS),
        )
        assert earned == year["pension_plan_net_investment_income"]
        assert owed == year["interest_on_the_total_pension_liability"]


def test_liability_return_is_the_published_discount_rate(years: list[Year]) -> None:
    for year, published in zip(years, DISCOUNT_RATES, strict=True):
        _, owed = returns_of(year)
        # Interest is printed to the dollar.
        assert abs(owed - published) <= 2.0 / year["total_pension_liability_beginning"]


def test_every_bridge_closes_to_the_dollar(years: list[Year]) -> None:
    for year in years:
        made = bridge_of(year)
        published = year["net_pension_liability_ending_a_b"]
        opening = ends_of(year).opening_assets - ends_of(year).opening_liabilities
        assert made.surplus_residual == 0.0
        assert opening + made.surplus_change == -published
        assert abs(made.ratio_residual or 0.0) <= 1e-15


def test_order_free_is_the_mean_of_the_two_orders_of_sides(years: list[Year]) -> None:
    """Assets before liabilities and liabilities before assets, in exact fractions."""
    for year in years:
        ends = ends_of(year)
        a0, a1 = Fraction(int(ends.opening_assets)), Fraction(int(ends.closing_assets))
        l0, l1 = Fraction(int(ends.opening_liabilities)), Fraction(int(ends.closing_liabilities))
        total, made = Fraction(0), bridge_of(year)
        for step in made.steps:
            a, change = Fraction(int(step.asset_change)), Fraction(int(step.liability_change))
            # the assets' own order does not matter; liabilities share their side's effect
            exact = (a / l0 + a / l1) / 2
            if l1 != l0:
                share = change / (l1 - l0)
                exact += share * ((a1 / l1 - a1 / l0) + (a0 / l1 - a0 / l0)) / 2
            total += exact
            assert step.ratio_effect == pytest.approx(float(exact), rel=1e-13, abs=1e-18)
        assert total == a1 / l1 - a0 / l0


def test_benefits_are_one_netted_driver(years: list[Year]) -> None:
    step = bridge_of(years[-1]).step("payments: benefits")
    assert step.asset_change == step.liability_change == years[-1]["benefit_payments"]
    assert step.surplus_effect == 0.0
    # Paying benefits lowers the ratio of a plan that is less than fully funded.
    assert step.ratio_effect is not None
    assert step.ratio_effect < 0.0


def test_sequential_bridge_names_its_order_and_sums(years: list[Year]) -> None:
    drivers = tuple(step.driver for step in bridge_of(years[3]).steps)
    for order in (drivers, drivers[::-1]):
        made = bridge_of(years[3], order=order)
        assert made.order == order == tuple(step.driver for step in made.steps)
        assert abs(made.ratio_residual or 0.0) <= 1e-15
        assert made.surplus_residual == 0.0


def test_ten_years_link_into_one_bridge(years: list[Year]) -> None:
    made = linked_bridge([bridge_of(year) for year in years])
    first, last = ends_of(years[0]), ends_of(years[-1])
    change = last.closing_assets / last.closing_liabilities
    change -= first.opening_assets / first.opening_liabilities
    assert made.ratio_change == pytest.approx(change, rel=1e-14)
    assert abs(made.ratio_residual or 0.0) <= 1e-14
    assert made.surplus_residual == 0.0


def test_alpha_of_every_year(years: list[Year]) -> None:
    for year in years:
        earned, owed = returns_of(year)
        ends = ends_of(year)
        income = year["pension_plan_net_investment_income"]
        interest = year["interest_on_the_total_pension_liability"]
        made = growth_of_both_sides(
            assets=ends.opening_assets,
            liabilities=ends.opening_liabilities,
            asset_growth=income,
            liability_growth=interest,
            asset_return=earned,
            liability_return=owed,
        )
        assert made.money_alpha == income - interest
        assert (1.0 + made.geometric_alpha) * (1.0 + owed) == pytest.approx(1.0 + earned)
        # At the return that keeps the deficit, growth of both sides is the same money.
        assert made.return_to_keep_surplus * ends.opening_assets == pytest.approx(interest)


def test_scoreboard_of_ten_years(years: list[Year]) -> None:
    assets, liabilities = series_of(years)
    income = np.array([float(y["pension_plan_net_investment_income"]) for y in years])
    interest = np.array([float(y["interest_on_the_total_pension_liability"]) for y in years])
    total = Contender(Side(assets, income), Contest.TOTAL, "liability")
    (line,) = scoreboard([total], {"liability": Side(liabilities, interest)})
    assert line.money_alpha.value == sum(income) - sum(interest)
    ahead = [a > b for a, b in (returns_of(y) for y in years)]
    assert line.periods_ahead == sum(ahead)
    assert line.money_alpha.n == 10
    assert line.money_alpha.status.value == "short_history"
    money, percent = sum(income) - sum(interest), line.geometric_alpha.value or 0.0
    assert line.sentence.startswith("ahead of" if percent > 0.0 else "behind")
    assert line.sentence.endswith("money")
    assert ("and in money" in line.sentence) == ((money > 0.0) == (percent > 0.0))
    assert by_year(line, assets, liabilities)


def by_year(line: ScoreLine, assets: ReturnSeries, liabilities: ReturnSeries) -> bool:
    """Alphas of single years, each one plus, multiply to the line's cumulative alpha."""
    product = 1.0
    for earned, owed in zip(assets.returns.tolist(), liabilities.returns.tolist(), strict=True):
        product *= (1.0 + earned) / (1.0 + owed)
    return line.geometric_alpha.value == pytest.approx(product - 1.0, rel=1e-12)


def test_report_against_plain_loops(years: list[Year]) -> None:
    assets, liabilities = series_of(years)
    history = history_of(years)
    report = performance_report(assets, liabilities, balances=history)
    slow = comparative(assets.returns.tolist(), liabilities.returns.tolist(), 1)
    money = in_money(
        history.assets.tolist(),
        history.liabilities.tolist(),
        history.asset_flows.tolist(),
        history.liability_flows.tolist(),
    )
    expected = slow | {name: value for name, value in money.items() if name != "cvar_money"}
    assert set(report.measures) == set(expected)
    for key, measure in report.measures.items():
        assert measure.value == pytest.approx(expected[key], rel=1e-9), key
        assert (measure.n, measure.status.value) == (10, "short_history"), key
    tail = report.risk["cvar_surplus_change"].part("money")
    assert tail.value == pytest.approx(money["cvar_money"], rel=1e-12)
    by_year_money = [
        y["pension_plan_net_investment_income"] - y["interest_on_the_total_pension_liability"]
        for y in years
    ]
    assert report.reward["liability_alpha_money"].value == sum(by_year_money)
    surplus = report.reward["funded_change"].part("surplus").value
    opened = ends_of(years[0]).opening_liabilities - ends_of(years[0]).opening_assets
    assert surplus == opened - years[-1]["net_pension_liability_ending_a_b"]
