import datetime as dt
from dataclasses import replace

import pytest

from defease.cashflows import Payments
from defease.curves import Compounding, CurveShift, curve_from_spot_rates, flat_curve
from defease.errors import InputError, ModelError
from defease.shocks import (
    AssetSleeve,
    BalanceSheet,
    BondSleeve,
    FloorMeasure,
    SleeveRole,
    StressResult,
    StressScenario,
    reverse_stress,
    spread_to_price,
    standard_scenarios,
    stress_balance_sheet,
    zero_coupon_term,
)
from defease.valuation import Basis, measure_risk, present_value

TODAY = dt.date(2025, 12, 31)
CURVE = flat_curve(0.04)
OWED = Payments.from_times(TODAY, [20.0], [100.0])
EQUITY = AssetSleeve(name="equity", market_value=20, role=SleeveRole.GROWTH, equity_exposure=1.0)
BONDS = AssetSleeve(name="bonds", market_value=20, role=SleeveRole.HEDGE, modified_duration=10.0)
CREDIT = replace(BONDS, name="credit", spread_exposure=1.0)
CASH = AssetSleeve(name="cash", market_value=5, role=SleeveRole.CASH)


def sheet(*assets: AssetSleeve | BondSleeve, is_credit: bool = False) -> BalanceSheet:
    basis = Basis(name="basis", curve=CURVE, rule="4% a year", is_credit=is_credit)
    return BalanceSheet(liabilities=OWED, basis=basis, assets=assets, asset_curve=CURVE)


def one(balance: BalanceSheet, scenario: StressScenario) -> StressResult:
    return stress_balance_sheet(balance, [scenario])[0]


def test_no_shock_changes_nothing() -> None:
    result = one(sheet(EQUITY, BONDS, CASH), StressScenario(name="none"))
    assert result.assets == 45.0
    assert result.liabilities == present_value(OWED, CURVE)
    assert (result.change_assets, result.change_liabilities, result.change_surplus) == (0, 0, 0)
    assert result.change_funded_ratio == 0.0
    assert result.cautions == ()


def test_a_sleeve_is_the_zero_coupon_of_its_duration() -> None:
    term = 10.0 * 1.04
    result = one(sheet(BONDS), StressScenario(name="up", rates=0.02))
    assert result.assets == pytest.approx(20 * (1.04 / 1.06) ** term, rel=1e-12)
    assert result.duration_estimate_assets == pytest.approx(20 * -10 * 0.02, rel=1e-12)
    zero = measure_risk(Payments.from_times(TODAY, [term], [1.0]), CURVE)
    assert zero.modified_spot_duration == pytest.approx(10.0, rel=1e-12)


def test_zero_coupon_term_on_a_sloped_curve() -> None:
    curve = curve_from_spot_rates([1, 30], [0.01, 0.06], compounding=Compounding.ANNUAL)
    term = zero_coupon_term(curve, 12.0)
    zero = measure_risk(Payments.from_times(TODAY, [term], [1.0]), curve)
    assert zero.modified_spot_duration == pytest.approx(12.0, rel=1e-12)
    assert zero_coupon_term(curve, 0.0) == 0.0


def test_spreads_move_credit_only() -> None:
    wider = StressScenario(name="wider", spread=0.01)
    government = one(sheet(BONDS), wider)
    assert (government.change_assets, government.change_liabilities) == (0.0, 0.0)
    credit = one(sheet(CREDIT, is_credit=True), wider)
    rates = one(sheet(BONDS), StressScenario(name="up", rates=0.01))
    assert credit.assets == pytest.approx(rates.assets, rel=1e-14)
    assert credit.liabilities == pytest.approx(rates.liabilities, rel=1e-14)


def test_combined_shocks_act_jointly() -> None:
    mixed = replace(EQUITY, modified_duration=5.0)
    joint = one(sheet(mixed), StressScenario(name="both", rates=-0.01, equity=-0.3))
    rates = one(sheet(mixed), StressScenario(name="rates", rates=-0.01))
    assert joint.assets == pytest.approx(0.7 * rates.assets, rel=1e-14)


def test_real_estate_moves_its_own_sleeve() -> None:
    estate = AssetSleeve(
        name="property", market_value=10, role=SleeveRole.GROWTH, real_estate_exposure=1.0
    )
    result = one(sheet(EQUITY, estate), StressScenario(name="property", real_estate=-0.25))
    assert result.change_assets == pytest.approx(-2.5)


def test_bonds_by_payments_keep_to_their_own_curve_and_spread() -> None:
    payments = Payments.from_times(TODAY, [1, 2, 3], [5, 5, 105])
    spread = spread_to_price(payments, CURVE, 98.0)
    bonds = BondSleeve(
        name="bonds", payments=payments, curve=CURVE, spread=spread, spread_exposure=1.0
    )
    assert bonds.market_value == pytest.approx(98.0, rel=1e-12)
    result = one(sheet(bonds), StressScenario(name="both", rates=0.01, spread=0.005))
    expected = present_value(payments, flat_curve(0.04 + spread + 0.015))
    assert result.assets == pytest.approx(expected, rel=1e-12)
    assert result.duration_estimate_assets == pytest.approx(
        -0.015 * 1e4 * measure_risk(payments, flat_curve(0.04 + spread)).dv01, rel=1e-12
    )


def test_steepening_leaves_ten_years_and_moves_both_ends() -> None:
    shift = StressScenario(name="steeper", steepening=0.0028).rate_shift
    assert CurveShift.at_tenors([2.0, 10.0, 30.0], [-0.0008, 0.0, 0.002]).at(
        shift.tenors
    ) == pytest.approx(shift.at(shift.tenors), abs=1e-15)


def test_a_longevity_shock_alone_is_refused_in_words() -> None:
    with pytest.raises(ModelError, match="census"):
        one(sheet(CASH), StressScenario(name="longer lives", longevity=-0.2))


def test_a_longevity_shock_beside_others_is_named_as_left_out() -> None:
    scenario = StressScenario(name="both", longevity=-0.2, rates=-0.01)
    result = one(sheet(CASH), scenario)
    assert [c.code for c in result.cautions] == ["longevity_left_out"]
    assert result.liabilities == one(sheet(CASH), replace(scenario, longevity=0.0)).liabilities


def test_inflation_moves_what_is_tagged_and_names_the_rest() -> None:
    shock = StressScenario(name="inflation", inflation=0.01)
    linked = AssetSleeve(name="tips", market_value=10, role=SleeveRole.HEDGE, inflation_beta=8.0)
    untagged = one(sheet(linked, CASH), shock)
    assert untagged.change_assets == pytest.approx(0.8)
    assert untagged.change_liabilities == 0.0
    assert "liabilities" in untagged.cautions[0].message
    assert "cash" in untagged.cautions[0].message
    indexed = replace(sheet(linked), indexed_liabilities=Payments.from_times(TODAY, [10.0], [50.0]))
    tagged = one(indexed, shock)
    value = 50 * 1.04**-10
    assert tagged.change_liabilities == pytest.approx(value * (1.01**10 - 1), rel=1e-12)
    assert tagged.duration_estimate == pytest.approx(0.01 * 10 * value, rel=1e-12)
    assert tagged.cautions == ()


def test_a_hedge_without_a_duration_is_named() -> None:
    silent = AssetSleeve(name="bonds", market_value=10, role=SleeveRole.HEDGE)
    result = one(sheet(silent), StressScenario(name="up", rates=0.01))
    assert result.cautions[0].code == "no_duration"
    assert result.change_assets == 0.0


def test_less_money_duration_than_owed_loses_when_rates_fall() -> None:
    down = one(sheet(BONDS, EQUITY), StressScenario(name="down", rates=-0.01))
    up = one(sheet(BONDS, EQUITY), StressScenario(name="up", rates=0.01))
    assert down.change_surplus < 0 < up.change_surplus
    assert down.change_funded_ratio is not None
    assert down.change_funded_ratio < 0


def test_standard_rate_shocks_have_both_signs() -> None:
    for name in ("rates", "steepening", "spread"):
        alone = [
            s.shocks[name]
            for s in standard_scenarios()
            if sum(map(bool, s.shocks.values())) == 1 and s.shocks[name]
        ]
        assert alone
        assert sorted(alone) == sorted(-size for size in alone)


def test_reverse_stress_on_rates_in_closed_form() -> None:
    balance = sheet(replace(CASH, market_value=50.0))
    down = StressScenario(name="rates down", rates=-0.01)
    found = reverse_stress(balance, down, floor=1.0, limit=4.0)
    rate = (100 / 50) ** (1 / 20) - 1
    assert found.size == pytest.approx((0.04 - rate) / 0.01, rel=1e-9)
    assert found.funded_ratio == pytest.approx(1.0, abs=1e-9)


def test_reverse_stress_on_surplus_and_without_a_break() -> None:
    balance = sheet(replace(EQUITY, market_value=60.0))
    fall = StressScenario(name="equity", equity=-1.0)
    owed = present_value(OWED, CURVE)
    found = reverse_stress(balance, fall, floor=0.0, measure=FloorMeasure.SURPLUS)
    assert found.size == pytest.approx(1 - owed / 60, rel=1e-9)
    short = reverse_stress(balance, fall, floor=0.0, measure=FloorMeasure.SURPLUS, limit=0.1)
    assert short.size is None
    assert short.surplus == pytest.approx(54 - owed)


def test_reverse_stress_below_the_floor_already() -> None:
    found = reverse_stress(sheet(CASH), StressScenario(name="up", rates=0.01), floor=1.0)
    assert found.size == 0.0


def test_impossible_scenarios_are_refused() -> None:
    with pytest.raises(InputError, match="more than everything"):
        StressScenario(name="bad", equity=-1.5)
    with pytest.raises(InputError, match="not a number"):
        StressScenario(name="bad", rates=float("nan"))


def test_impossible_sleeves_are_refused() -> None:
    with pytest.raises(InputError, match="duration"):
        replace(BONDS, modified_duration=-1.0)


def test_a_shock_through_minus_all_is_refused() -> None:
    with pytest.raises(InputError, match="-100%"):
        one(sheet(BONDS), StressScenario(name="far", rates=-1.5))


def test_spread_to_price_needs_prices_above_zero() -> None:
    with pytest.raises(InputError):
        spread_to_price(OWED, CURVE, 0.0)
