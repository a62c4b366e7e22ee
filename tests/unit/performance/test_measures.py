"""Small worked numbers of returns, measures, balances and the bridge."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.errors import InputError
from defease.performance import (
    AssetChanges,
    BridgeEnds,
    Contender,
    Contest,
    FlowTiming,
    Frequency,
    LiabilityChanges,
    Side,
    Unit,
    Window,
    alpha_sentence,
    balance_history,
    error_distribution,
    funded_bridge,
    growth_of_both_sides,
    modified_dietz_return,
    money_weighted_return,
    overlap,
    plan_bridge,
    return_series,
    returns_from_values,
    scoreboard,
)
from defease.performance.balances import returns_of_balances
from defease.performance.measures import information_ratio, mean_of_worst, sortino_ratio

JAN, FEB, MAR = (dt.date(2025, m, d) for m, d in ((1, 31), (2, 28), (3, 31)))


def test_dietz_by_hand() -> None:
    # 1,000; 200 in after 10 of 30 days; 1,250 at the end: 50 earned on 1,000 + 200 x 2/3
    found = modified_dietz_return(1000, closing=1250, flows=[200], invested_shares=[20 / 30])
    assert found == pytest.approx(50 / (1000 + 400 / 3))


@pytest.mark.parametrize(
    ("timing", "capital"),
    [(FlowTiming.START, 120.0), (FlowTiming.MIDDLE, 110.0), (FlowTiming.END, 100.0)],
)
def test_timing_of_a_flow_without_a_date(timing: FlowTiming, capital: float) -> None:
    made = returns_from_values("fund", [JAN, FEB], [100, 126], flows=[5, 20], timing=timing)
    assert made.series.returns.tolist() == pytest.approx([6.0 / capital])
    assert made.cautions == ()


def test_money_weighted_return_of_half_a_year_is_not_annualised() -> None:
    found = money_weighted_return([JAN, dt.date(2025, 8, 1)], [], opening=100, closing=110)
    assert found.annual_return is None
    assert found.period_return == pytest.approx(0.1)
    assert found.reason == "the flows change sign once"


def test_a_series_is_matched_by_month_not_by_day() -> None:
    """A custodian's last business day and the index's month end are the same month."""
    fund = return_series("fund", [dt.date(2025, 1, 30), FEB, dt.date(2025, 3, 28)], [0.1, 0.2, 0.3])
    index = return_series("index", [FEB, MAR], [0.0, 0.0])
    pair = overlap(fund, index)
    assert pair.assets.returns.tolist() == [0.2, 0.3]
    assert pair.cautions[0].code == "shorter_history"


def test_returns_cannot_be_written_to() -> None:
    fund = return_series("fund", [JAN, FEB], [0.1, 0.2])
    for array in (fund.returns, fund.dates, fund.take(slice(1)).returns):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[-1]


def test_windows_judge_by_the_number_of_periods() -> None:
    assert Window("w", 35, 12).fact(1.0, Unit.RATE).status.value == "short_history"
    assert Window("w", 36, 12).annual(1.0, Unit.RATE).status.value == "ok"
    assert Window("w", 11, 12).annual(1.0, Unit.RATE).value is None
    assert Window("w", 36, 12).fact(float("inf"), Unit.RATE).value is None
    assert Window("w", 36, 12).fact(None, Unit.RATE, otherwise="why").reason == "why"


def test_ratios_of_one_period_by_hand() -> None:
    differences = np.array([0.03, -0.01, 0.01])
    # mean 0.01, deviations 0.02, -0.02, 0: sd 0.02; downside sqrt(0.0001/3)
    assert information_ratio(differences) == pytest.approx(0.5)
    assert sortino_ratio(differences) == pytest.approx(0.01 / (0.0001 / 3) ** 0.5)
    assert information_ratio(np.full(12, 0.1)) is None
    assert sortino_ratio(np.array([0.01, 0.02])) is None
    assert mean_of_worst(np.arange(40.0)) == 0.5


def test_balances_by_hand() -> None:
    history = balance_history(
        [JAN, FEB], assets=[700, 725], liabilities=[1000, 1020], asset_flows=[-20],
        liability_flows=[-15],
    )  # fmt: skip
    assert history.asset_growth.tolist() == [45.0]
    assert history.liability_growth.tolist() == [35.0]
    assert history.surplus_changes.tolist() == [10.0]
    assets, liabilities = returns_of_balances(history, frequency=Frequency.MONTHLY)
    assert assets.returns.tolist() == pytest.approx([45 / 700])
    assert liabilities.returns.tolist() == pytest.approx([0.035])


def test_growth_measured_with_flows_inside_the_period() -> None:
    """Money from the balance sheet, percent time-weighted: both are kept as given."""
    made = growth_of_both_sides(
        assets=100, liabilities=200, asset_growth=9, liability_growth=10, asset_return=0.08
    )
    assert (made.asset_return, made.liability_return) == (0.08, 0.05)
    assert made.arithmetic_alpha == pytest.approx(0.03)
    assert made.money_alpha == -1.0
    assert made.sentence == "ahead of the liability in percent, behind it in money"


@pytest.mark.parametrize(
    ("percent", "money", "told"),
    [
        (0.01, 5.0, "ahead of the liability in percent and in money"),
        (-0.01, 5.0, "behind the liability in percent, ahead of it in money"),
        (0.0, 0.0, "level with the liability in percent and in money"),
        (-0.01, None, "behind the liability in percent; money not given"),
    ],
)
def test_verdicts(percent: float, money: float | None, told: str) -> None:
    assert alpha_sentence(percent, money) == told


def test_scoreboard_counts_money_of_the_common_months_only() -> None:
    fund = Side(return_series("fund", [JAN, FEB, MAR], [0.5, 0.1, 0.1]), np.array([50.0, 15, 16]))
    segment = Side(return_series("1-3 years", [FEB, MAR], [0.0, 0.02]), np.array([0.0, 3.0]))
    (line,) = scoreboard([Contender(fund, Contest.MANAGER, "1-3 years")], {"1-3 years": segment})
    assert line.money_alpha.value == 31.0 - 3.0
    assert line.asset_return.value == pytest.approx(0.21)
    assert line.geometric_alpha.value == pytest.approx(1.21 / 1.02 - 1.0)
    assert line.asset_return.part("annual").status.value == "n/m"
    assert line.periods_ahead == 2
    assert line.cautions[0].code == "shorter_history"
    (bare,) = scoreboard([Contender(Side(fund.returns), Contest.MANAGER, "x")], {"x": segment})
    assert (bare.money_alpha.value, bare.money_alpha.status.value) == (None, "n/m")
    assert bare.sentence == "ahead of the liability in percent; money not given"


def test_sequential_bridge_by_hand() -> None:
    ends = BridgeEnds(
        opening_assets=80, opening_liabilities=100, closing_assets=90, closing_liabilities=120
    )
    changes = {"assets": 10.0}, {"income": 20.0}
    first = funded_bridge(
        ends, asset_changes=changes[0], liability_changes=changes[1], order=["assets", "income"]
    )
    last = funded_bridge(
        ends, asset_changes=changes[0], liability_changes=changes[1], order=["income", "assets"]
    )
    free = funded_bridge(ends, asset_changes=changes[0], liability_changes=changes[1])
    assert first.step("assets").ratio_effect == pytest.approx(0.1)
    assert last.step("assets").ratio_effect == pytest.approx(10 / 120)
    assert free.step("assets").ratio_effect == pytest.approx((0.1 + 10 / 120) / 2)
    assert free.order == ()


def test_a_sequence_may_pass_through_no_liability() -> None:
    ends = BridgeEnds(
        opening_assets=80, opening_liabilities=100, closing_assets=80, closing_liabilities=50
    )
    made = funded_bridge(
        ends,
        asset_changes={},
        liability_changes={"paid": -100.0, "accruals": 50.0},
        order=["paid", "accruals"],
    )
    assert made.reason == "after 'paid' the liability is zero or negative: choose another order"
    assert made.surplus_residual == 0.0


def test_distribution_of_one_error_has_no_deviation() -> None:
    found = error_distribution(np.array([0.02]))
    assert found.standard_deviation is None
    assert found.mean == found.largest == 0.02


def test_bridge_of_a_plan_on_the_net_basis() -> None:
    """Contributions and payments stand on both sides: the surplus does not feel them."""
    ends = BridgeEnds(
        opening_assets=90, opening_liabilities=100, closing_assets=91, closing_liabilities=98
    )
    made = plan_bridge(
        ends,
        assets=AssetChanges(
            growth_by_class={"equity": 6.0, "bonds": -1.0}, contributions=3.0, paid=7.0
        ),
        liabilities=LiabilityChanges(
            income=4.0, roll=-0.5, rate_change=-2.0, experience=0.5, paid=7.0, contributions=3.0
        ),
    )
    assert made.step("payments").surplus_effect == 0.0
    assert made.step("contributions").surplus_effect == 0.0
    assert made.step("assets: bonds").surplus_effect == -1.0
    assert made.surplus_change == 3.0
    assert made.ratio_residual == pytest.approx(0.0, abs=1e-15)
    with pytest.raises(InputError, match="payments from the assets: are negative"):
        plan_bridge(
            ends,
            assets=AssetChanges(growth_by_class={}, paid=-1.0),
            liabilities=LiabilityChanges(),
        )


def test_inflation_is_a_driver_of_a_plan() -> None:
    ends = BridgeEnds(
        opening_assets=90, opening_liabilities=100, closing_assets=90, closing_liabilities=103
    )
    made = plan_bridge(
        ends,
        assets=AssetChanges(growth_by_class={}),
        liabilities=LiabilityChanges(income=4.0, inflation=-1.0),
    )
    assert made.step("liability: inflation").surplus_effect == 1.0
    assert made.surplus_change == -3.0
