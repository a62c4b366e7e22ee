"""Fixed income, seeds and asset exhaustion: the given cases of cases/mathematics.json.

Sources are named in each case; every number there was computed by two routes.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from defease.cashflows import Payments, Timing
from defease.curves import (
    Compounding,
    CurveShift,
    DiscountCurve,
    curve_from_spot_rates,
    flat_curve,
)
from defease.funding import (
    AnnualFlows,
    ExhaustionPolicy,
    FundedStatus,
    project_assets,
    required_return,
    terminal_returns,
)
from defease.shocks import first_order_change
from defease.valuation import (
    macaulay_duration_of_level_payments,
    measure_risk,
    parallel_sensitivities,
    present_value,
    present_value_of_growing_payments,
    present_value_of_level_payments,
    yield_of_stream,
)
from tests.shared_files import mathematics_case

TODAY = dt.date(2025, 12, 31)


class Case:
    """Inputs, expected values and the tolerance rule of one case."""

    def __init__(self, identifier: str) -> None:
        case = mathematics_case(identifier)
        self.inputs: dict[str, Any] = case["inputs"]
        self.expected: dict[str, float] = case["rows"][0]["expected"]
        self.tolerance: float = case["tolerance"]

    def check(self, **computed: float | None) -> None:
        for name, value in computed.items():
            expected = self.expected[name]
            assert value is not None
            assert abs(value - expected) <= self.tolerance * max(1.0, abs(expected)), name


def stream_and_curve(case: Case) -> tuple[Payments, DiscountCurve]:
    stream = Payments.from_times(TODAY, case.inputs["t"], case.inputs["cf"])
    curve = curve_from_spot_rates(
        case.inputs["t"], case.inputs["spot"], compounding=Compounding.ANNUAL
    )
    return stream, curve


def due(time: float, amount: float) -> Payments:
    return Payments.from_times(TODAY, [time], [amount])


def test_present_value_on_annual_spots() -> None:
    case = Case("fi_pv_spot")
    case.check(pv=present_value(*stream_and_curve(case)))


def test_durations_convexity_and_dv01_from_spots() -> None:
    case = Case("fi_fisher_weil")
    risk = measure_risk(*stream_and_curve(case))
    case.check(
        fisher_weil=risk.fisher_weil_duration,
        fw_modified_annual=risk.modified_spot_duration,
        fw_convexity_annual=risk.convexity,
        dv01_annual_shift=risk.dv01,
    )


def test_yield_in_three_quotings() -> None:
    case = Case("fi_irr_bond_equivalent")
    stream, curve = stream_and_curve(case)
    rate = yield_of_stream(stream, present_value(stream, curve)).rate
    assert rate is not None
    case.check(bey=2 * (math.sqrt(1 + rate) - 1), cont=math.log1p(rate))


def test_zero_coupon_closed_forms() -> None:
    case = Case("fi_zero_coupon_closed")
    risk = measure_risk(due(case.inputs["T"], 100.0), flat_curve(case.inputs["y"]))
    case.check(mac=risk.macaulay_duration, mod=risk.modified_duration, cvx=risk.convexity)
    case.check(mod=risk.modified_spot_duration)


def test_macaulay_duration_of_an_annuity() -> None:
    case = Case("fi_annuity_macaulay_closed")
    i, n = case.inputs["i"], case.inputs["n"]
    case.check(mac=macaulay_duration_of_level_payments(i, n))
    level = Payments.from_times(TODAY, np.arange(1.0, n + 1), np.ones(n))
    case.check(mac=measure_risk(level, flat_curve(i)).macaulay_duration)


def test_carry_under_two_conventions() -> None:
    case = Case("fi_carry_two_conventions")
    stream, curve = stream_and_curve(case)
    h = case.inputs["horizon"]
    start = present_value(stream, curve)
    later = Payments.from_times(TODAY, stream.times - h, stream.amounts)
    case.check(
        forwards_realised=float(curve.forward_rates([0.0], [h])[0]),
        spot_curve_unchanged=present_value(later, curve) / start - 1,
    )


def test_redington_immunisation() -> None:
    case = Case("fi_redington_immunisation")
    amount, term = case.inputs["liability"]
    curve = flat_curve(case.inputs["y"])
    first, second = case.inputs["assets"]
    value = present_value(due(term, amount), curve)
    share = (second - term) / (second - first)  # matches value and duration
    short = share * value / present_value(due(first, 1.0), curve)
    long = (1 - share) * value / present_value(due(second, 1.0), curve)
    surplus = Payments.from_times(TODAY, [first, term, second], [short, -amount, long])
    moved = parallel_sensitivities(surplus, curve, shifts_bp=[100, -100])
    case.check(
        face5=short,
        face12=long,
        **{"surplus_+100bp": moved[0].present_value, "surplus_-100bp": moved[1].present_value},
    )


@pytest.mark.parametrize(
    ("identifier", "timing"),
    [
        ("seed000_retiree_pv_arrears", Timing.END_OF_YEAR),
        ("seed000_retiree_pv_due", Timing.START_OF_YEAR),
    ],
)
def test_retiree_paid_once_a_year(identifier: str, timing: Timing) -> None:
    case = Case(identifier)
    payment, i, n = (case.inputs[key] for key in ("payment", "i", "n"))
    case.check(pv=present_value_of_level_payments(payment, i, n, timing=timing))
    first = 0.0 if timing is Timing.START_OF_YEAR else 1.0
    stream = Payments.from_times(TODAY, first + np.arange(n), np.full(n, float(payment)))
    case.check(pv=present_value(stream, flat_curve(i)))


def test_retiree_paid_monthly() -> None:
    case = Case("seed000_retiree_pv_monthly")
    annual, i, n = (case.inputs[key] for key in ("payment_annual", "i", "n"))
    case.check(pv=present_value_of_level_payments(annual, i, n, payments_a_year=12))
    stream = Payments.from_times(TODAY, np.arange(1, 12 * n + 1) / 12, np.full(12 * n, annual / 12))
    case.check(pv=present_value(stream, flat_curve(i)))


def test_retiree_with_growth() -> None:
    case = Case("seed000_retiree_pv_cola")
    payment, i, g, n = (case.inputs[key] for key in ("payment", "i", "g", "n"))
    case.check(pv=present_value_of_growing_payments(payment, i, g, n))
    years = np.arange(n)
    stream = Payments.from_times(TODAY, years + 1.0, payment * (1 + g) ** years)
    case.check(pv=present_value(stream, flat_curve(i)))


def test_hundred_million_in_twenty_years() -> None:
    case = Case("seed000_100m_20y_discount")
    stream = due(case.inputs["t"], case.inputs["fv_m"])
    curve, move = flat_curve(case.inputs["y0"]), case.inputs["y1"] - case.inputs["y0"]
    risk = measure_risk(stream, curve)
    (up,) = parallel_sensitivities(stream, curve, shifts_bp=[move * 1e4])
    assert risk.modified_duration is not None
    assert risk.convexity is not None
    by_duration = first_order_change(stream, curve, CurveShift.parallel(move)) / risk.present_value
    case.check(
        pv_m=risk.present_value,
        pv_shocked_m=up.present_value,
        change_pct=up.relative_change,
        mod_duration=risk.modified_duration,
        convexity=risk.convexity,
        duration_only_pct=by_duration,
        duration_convexity_pct=by_duration + risk.convexity * move**2 / 2,
    )


def test_growth_that_keeps_the_deficit() -> None:
    case = Case("seed002_funded_ratio_growth")
    assets, owed, growth = (case.inputs[key] for key in ("A", "L", "gL"))
    before = FundedStatus(assets=assets, liability_gross=owed, liability_net=owed)
    assets_after, owed_after = assets * (1 + case.inputs["gA"]), owed * (1 + growth)
    after = FundedStatus(assets=assets_after, liability_gross=owed_after, liability_net=owed_after)
    case.check(
        F0=before.funded_ratio,
        F1=after.funded_ratio,
        S0=before.surplus,
        S1=after.surplus,
        required_gA_keep_deficit=before.required_growth_to_keep_surplus(growth),
    )


def test_return_that_exhausts_assets_at_the_last_payment() -> None:
    case = Case("aet_required_roa")
    flows = AnnualFlows.from_columns(benefits=case.inputs["cf"])
    policy, assets = ExhaustionPolicy(timing=Timing.END_OF_YEAR), case.inputs["A0"]
    found = required_return(flows, opening_assets=assets, policy=policy)
    assert found.rate is not None
    assert found.binding_year == len(flows)
    case.check(roa=found.rate)
    path = project_assets(flows, opening_assets=assets, annual_return=found.rate, policy=policy)
    case.check(final_balance=float(path.closing[-1]))
    (terminal,) = terminal_returns(flows, opening_assets=assets, policy=policy)
    case.check(roa=terminal)


def test_certain_contributions_as_an_asset() -> None:
    case = Case("contributions_as_asset")
    contribution, n, y = (case.inputs[key] for key in ("contrib", "n", "y"))
    value = present_value_of_level_payments(contribution, y, n)
    case.check(pv=value, F_adj=(case.inputs["A"] + value) / case.inputs["L"])
