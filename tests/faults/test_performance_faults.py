"""Bad histories: each is refused or flagged in words that name the place and the remedy."""

from __future__ import annotations

import datetime as dt
from functools import partial

import numpy as np
import pytest

from defease.errors import InputError
from defease.funding import AnnualFlows
from defease.performance import (
    BootstrapPlan,
    BridgeEnds,
    Contender,
    Contest,
    Frequency,
    Side,
    alpha_intervals,
    back_test,
    balance_history,
    balances_from_returns,
    book_difference,
    deepest_drawdown,
    error_distribution,
    funded_bridge,
    grown_at_returns,
    link_returns,
    linked_bridge,
    market_moves,
    modified_dietz_return,
    money_weighted_return,
    official_values,
    overlap,
    performance_report,
    required_alpha,
    return_series,
    returns_from_values,
    roll_forward,
    rolling_measures,
    scoreboard,
    time_weighted_return,
)

JAN, FEB, MAR = (dt.date(2025, m, d) for m, d in ((1, 31), (2, 28), (3, 31)))
APR, MAY = dt.date(2025, 4, 30), dt.date(2025, 5, 31)


def months(count: int) -> list[dt.date]:
    first = np.arange(np.datetime64("2015-02"), np.datetime64("2015-02") + count)
    ends = first.astype("datetime64[D]") - 1
    return [day.item() for day in ends]


def test_gaps_duplicates_order_and_nonsense_are_listed_together() -> None:
    dates = [JAN, FEB, FEB, MAY, APR]
    with pytest.raises(InputError) as caught:
        return_series("manager A", dates, [0.01, np.nan, 0.02, -1.0, -1.2])
    told = [(p.where, p.what) for p in caught.value.problems]
    assert told == [
        ("manager A 2025-02", "the same period stands twice"),
        ("manager A 2025-05", "2 months missing after 2025-02"),
        ("manager A 2025-04", "stands after 2025-05"),
        ("manager A 2025-02-28", "no usable return"),
        (
            "manager A 2025-05-31",
            "a return of -100.00% leaves nothing that could earn the next one",
        ),
        (
            "manager A 2025-04-30",
            "a return of -120.00% leaves nothing that could earn the next one",
        ),
    ]
    assert all(problem.remedy for problem in caught.value.problems)


def test_quarters_declared_months_given() -> None:
    with pytest.raises(InputError, match="comes 1 month after 2025-01; declare the frequency"):
        return_series("fund", [JAN, FEB], [0.0, 0.0], frequency=Frequency.QUARTERLY)


def test_eleven_months_make_no_annual_measure() -> None:
    fund = return_series("fund", months(11), np.tile([0.02, -0.01, 0.0], 4)[:11])
    index = return_series("index", months(11), np.tile([0.01, 0.0], 6)[:11])
    balances = balances_from_returns(
        overlap(fund, index), start=dt.date(2014, 12, 31), funded_ratio=0.8
    )
    plan = BootstrapPlan(seed=1, resamples=100)
    report = performance_report(fund, index, balances=balances, bootstrap=plan)
    annual = set(report.measures) - {"maximum_drawdown", "liability_alpha_money", "funded_change"}
    for key in annual:
        measure = report.measures[key]
        assert (measure.value, measure.status.value) == (None, "n/m"), key
        assert measure.reason == "11 of the 12 periods of a year: less than one year"
    assert report.intervals is None
    # What happened stays reported, flagged as a short history.
    assert report.reward["growth"].part("cumulative").value is not None
    assert report.risk["maximum_drawdown"].status.value == "short_history"


def test_thirty_five_months_are_flagged_and_thirty_six_are_not() -> None:
    for count, status in ((35, "short_history"), (36, "ok")):
        fund = return_series("fund", months(count), np.tile([0.02, -0.01, 0.0], 12)[:count])
        index = return_series("index", months(count), np.tile([0.01, 0.0], 18)[:count])
        report = performance_report(fund, index)
        assert report.risk["tracking_error"].status.value == status
        assert report.reward["liability_alpha"].part("arithmetic").status.value == status


def test_measures_in_money_need_money() -> None:
    fund = return_series("fund", months(24), np.tile([0.02, -0.01], 12))
    report = performance_report(fund, fund.named("index"))
    for key in ("maximum_drawdown", "liability_alpha_money", "funded_change"):
        assert report.measures[key].reason.startswith("needs values of assets and liabilities")


def test_a_constant_index_has_no_beta() -> None:
    fund = return_series("fund", months(40), np.tile([0.02, -0.01], 20))
    index = return_series("index", months(40), np.full(40, 0.0033))
    risk = performance_report(fund, index).risk
    assert risk["liability_volatility"].value == 0.0
    for key in ("liability_beta", "r_squared"):
        assert (risk[key].value, risk[key].reason) == (None, "the returns do not vary")


def test_negative_net_liability_has_money_but_no_ratio() -> None:
    balances = balance_history(
        [JAN, FEB, MAR], assets=[100.0, 101.0, 102.0], liabilities=[5.0, -1.0, 4.0]
    )
    fund = return_series("fund", [FEB, MAR], [0.01, 0.01])
    report = performance_report(fund, fund.named("index"), balances=balances)
    assert report.risk["maximum_drawdown"].status.value == "n/m"
    assert report.reward["funded_change"].value is None
    assert report.reward["funded_change"].part("surplus").value == 3.0


def test_flows_larger_than_assets() -> None:
    with pytest.raises(InputError, match=r"2025-02-28: the flow of 20.00 is larger"):
        returns_from_values("fund", [JAN, FEB], [100.0, 5.0], flows=[0.0, 20.0])
    with pytest.raises(InputError, match=r"flows of -300.00 against opening assets of 100.00"):
        modified_dietz_return(100.0, closing=10.0, flows=[-300.0], invested_shares=[0.5])
    with pytest.raises(InputError, match=r"flow 1: leaves -10.00"):
        time_weighted_return(100.0, values_before_flows=[90.0], flows=[-100.0], closing=5.0)
    with pytest.raises(InputError, match=r"2025-02-28: the flow of 50.00 is larger"):
        balance_history([JAN, FEB], assets=[80, 40], liabilities=[9, 9], asset_flows=[50])


def test_a_large_contribution_is_flagged() -> None:
    made = returns_from_values("fund", [JAN, FEB], [100.0, 351.0], flows=[0.0, 250.0])
    assert made.series.returns.tolist() == pytest.approx([0.01])
    assert "2025-02: the return depends on the day of the flow" in made.cautions[0].message


def test_roll_forward_pays_no_more_than_there_is() -> None:
    start = official_values(JAN, assets=10.0, liabilities=100.0, weights=[1.0])
    moves = market_moves(
        [FEB, MAR], class_returns=[[0.0], [0.0]], liability_returns=[0, 0], benefits=[6, 6]
    )
    with pytest.raises(
        InputError, match=r"2025-03-31: payments of 6.00 are larger than the assets"
    ):
        roll_forward(start, moves)


def test_roll_forward_refuses_what_does_not_fit() -> None:
    start = official_values(FEB, assets=10.0, liabilities=100.0, weights=[0.5, 0.5])
    two = partial(market_moves, class_returns=[[0.0, 0.0]], liability_returns=[0.0])
    with pytest.raises(InputError, match="a period ends 2025-02-28, the valuation is of 2025-02"):
        roll_forward(start, two([FEB]))
    with pytest.raises(InputError, match="1 classes of returns, 2 weights"):
        roll_forward(start, market_moves([MAR], class_returns=[[0.0]], liability_returns=[0.0]))
    with pytest.raises(InputError, match="no period ends after 2025-02-28"):
        roll_forward(start, two([MAR]).between(MAR, APR))
    with pytest.raises(InputError, match="-100% or less"):
        market_moves([MAR], class_returns=[[-1.0]], liability_returns=[0.0])
    with pytest.raises(InputError, match="is not after the date before"):
        market_moves([MAR, MAR], class_returns=[[0.0]] * 2, liability_returns=[0.0] * 2)
    with pytest.raises(InputError, match="arrays of different lengths"):
        market_moves([MAR], class_returns=[[0.0]], liability_returns=[0.0, 0.0])
    with pytest.raises(InputError, match=r"add up to 90.0+%"):
        official_values(FEB, assets=10.0, liabilities=100.0, weights=[0.5, 0.4])
    then = official_values(APR, assets=10.0, liabilities=100.0, weights=[0.5, 0.5])
    with pytest.raises(InputError, match="no period ends on the official date 2025-04-30"):
        book_difference(start, two([MAR]), then)
    with pytest.raises(InputError, match="give at least two valuations"):
        back_test([start], two([MAR]))


def test_a_bridge_that_does_not_close_names_the_amount() -> None:
    ends = BridgeEnds(
        opening_assets=700, opening_liabilities=1000, closing_assets=752.5, closing_liabilities=1060
    )
    with pytest.raises(InputError) as caught:
        funded_bridge(ends, asset_changes={"assets": 50.0}, liability_changes={"income": 60.01})
    told = [problem.what for problem in caught.value.problems]
    assert told == [
        "the drivers miss the closing value by 2.50",
        "the drivers miss the closing value by -0.01",
    ]


def test_a_bridge_order_names_every_driver_once() -> None:
    ends = BridgeEnds(
        opening_assets=7, opening_liabilities=10, closing_assets=8, closing_liabilities=9
    )
    made = partial(
        funded_bridge, ends, asset_changes={"assets": 1.0}, liability_changes={"income": -1.0}
    )
    for order, told in (
        (("asets", "income"), "did you mean 'assets'"),
        (("income",), "leaves out assets"),
        (("income", "assets", "income"), "names a driver twice"),
    ):
        with pytest.raises(InputError, match=told):
            made(order=order)
    whole = made()
    with pytest.raises(InputError, match=r"bridge of period 2: begins 1.00 away"):
        linked_bridge([whole, whole])


def test_a_bridge_over_a_liability_of_zero_has_money_only() -> None:
    ends = BridgeEnds(
        opening_assets=7, opening_liabilities=1, closing_assets=7, closing_liabilities=-1
    )
    made = funded_bridge(ends, asset_changes={}, liability_changes={"income": -2.0})
    assert made.ratio_change is None
    assert made.ratio_residual is None
    assert made.surplus_change == 2.0
    assert made.reason == "a liability is zero or negative, so that there is no funded ratio"


def test_money_weighted_returns_without_an_answer() -> None:
    days = [JAN, MAR, dt.date(2026, 3, 31), dt.date(2027, 3, 31)]
    lost = money_weighted_return(days, [0.0, 0.0], opening=100.0, closing=0.0)
    assert (lost.status.value, lost.period_return) == ("none", None)
    year = [dt.date(2025, 1, 1) + dt.timedelta(days=365 * k) for k in range(4)]
    # 100 x^3 - 360 x^2 + 431 x = 171.6: growth of 10%, 20% and 30% all explain the value
    several = money_weighted_return(year, [-360.0, 431.0], opening=100.0, closing=171.6)
    assert several.status.value == "several"
    assert several.annual_return is None
    assert [(1 + root) ** (1 / 3) - 1 for root in several.roots] == pytest.approx([0.1, 0.2, 0.3])
    with pytest.raises(InputError, match="sort the flows by date"):
        money_weighted_return([MAR, JAN], [], opening=1.0, closing=1.0)
    with pytest.raises(InputError, match="2 dates for 1 flows"):
        money_weighted_return([JAN, MAR], [1.0], opening=1.0, closing=1.0)


def test_series_that_cannot_be_compared() -> None:
    early = return_series("fund", months(3), [0.0] * 3)
    late = return_series("index", [JAN, FEB], [0.0] * 2)
    with pytest.raises(InputError, match="no common period: 2015-01 to 2015-03 against 2025-01"):
        overlap(early, late)
    yearly = return_series("index", [JAN], [0.0], frequency=Frequency.ANNUAL)
    with pytest.raises(InputError, match="12 periods a year against 1"):
        overlap(late, yearly)
    with pytest.raises(InputError, match="did you mean 'index'"):
        scoreboard([Contender(Side(early), Contest.TOTAL, "idnex")], {"index": Side(early)})


def test_windows_and_blocks_that_do_not_fit() -> None:
    fund = return_series("fund", months(24), np.tile([0.02, -0.01], 12))
    pair = overlap(fund, fund.named("index"))
    with pytest.raises(InputError, match="windows of 36 periods in a history of 24"):
        rolling_measures(pair, periods=36)
    with pytest.raises(InputError, match="blocks of 25 in a history of 24"):
        alpha_intervals(pair, BootstrapPlan(seed=1, block_length=25))
    # assets that are the index have no information ratio and no interval of one
    assert alpha_intervals(pair, BootstrapPlan(seed=1)).information_ratio.low is None


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: link_returns([0.1, -1.5]), "loses more than everything"),
        (lambda: link_returns([12.0] * 400), "check the unit: returns are decimals"),
        (lambda: deepest_drawdown([0.0, 1.0]), "levels must be positive at the start"),
        (lambda: BootstrapPlan(seed=-1), "negative seed"),
        (lambda: BootstrapPlan(seed=1, resamples=5), "at least 100 resamples"),
        (lambda: error_distribution(np.array([])), "no errors"),
        (
            lambda: grown_at_returns(
                assets=0, liabilities=1, asset_return=0.1, liability_return=0.1
            ),
            "compare in money only",
        ),
        (
            lambda: required_alpha(
                AnnualFlows.from_columns(benefits=[0.0]),
                assets=1,
                liabilities=2,
                liability_yield=0.05,
                years=7,
            ),
            "7 years asked for, flows given for 1",
        ),
        (lambda: balance_history([JAN], assets=[1], liabilities=[1]), "give at least two dates"),
        (lambda: balance_history([FEB, JAN], assets=[1, 1], liabilities=[1, 1]), "sort by date"),
        (
            lambda: balance_history([JAN, FEB], assets=[1, -1], liabilities=[1, 1]),
            "assets of -1.00 are negative",
        ),
        (lambda: return_series("fund", [JAN, FEB], [0.0]), "1 returns for 2 dates"),
        (
            lambda: Side(return_series("fund", [JAN], [0.0]), np.zeros(3)),
            "3 amounts of growth for 1 returns",
        ),
    ],
)
def test_refused_in_words(call: object, told: str) -> None:
    assert callable(call)
    with pytest.raises(InputError, match=told):
        call()
