"""Stress by full revaluation: both sides of the balance sheet repriced under one joint shock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import read_only
from defease.errors import Caution, ModelError, Problem
from defease.shocks.holdings import AssetSleeve, BondSleeve, SleeveRole, first_order_change
from defease.valuation import SMALLEST_MEANINGFUL_SHARE, Basis, discount, present_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from defease.cashflows import Payments
    from defease.curves import CurveShift, DiscountCurve
    from defease.shocks.scenarios import StressScenario


@dataclass(frozen=True, eq=False, kw_only=True)
class BalanceSheet:
    """What is owned and what is owed, ready to be repriced.

    Attributes
    ----------
    liabilities
        Payments of fixed amount.
    basis
        How they are discounted; a spread shock moves it when `basis.is_credit`.
    assets
        Sleeves and bonds.
    asset_curve
        Curve on which sleeves with a duration are repriced (risk-free by default practice).
    indexed_liabilities
        Further payments that grow with inflation, in today's projection; None when none are tagged.
    """

    liabilities: Payments
    basis: Basis
    assets: tuple[AssetSleeve | BondSleeve, ...]
    asset_curve: DiscountCurve
    indexed_liabilities: Payments | None = None

    @property
    def asset_value(self) -> float:
        """Market value of everything owned."""
        return float(sum(holding.market_value for holding in self.assets))

    @property
    def liability_value(self) -> float:
        """Present value of everything owed."""
        streams = (self.liabilities, self.indexed_liabilities)
        return sum(present_value(s, self.basis.curve) for s in streams if s is not None)


@dataclass(frozen=True, kw_only=True)
class StressResult:
    """The balance sheet after one scenario, and what changed; plan currency.

    `duration_estimate` is the change of the liabilities that durations alone predict, beside
    `change_liabilities`; `duration_estimate_assets` the same for the assets.  Both are diagnostics.
    A funded ratio is None when the liabilities are too small to divide by.
    """

    name: str
    assets: float
    liabilities: float
    surplus: float
    funded_ratio: float | None
    change_assets: float
    change_liabilities: float
    change_surplus: float
    change_funded_ratio: float | None
    duration_estimate: float
    duration_estimate_assets: float
    cautions: tuple[Caution, ...]


def stress_balance_sheet(
    sheet: BalanceSheet, scenarios: Iterable[StressScenario]
) -> tuple[StressResult, ...]:
    """Both sides repriced from their payments under each scenario; combined shocks act jointly.

    Raises
    ------
    ModelError
        A scenario whose only shock cannot be computed from the given data (longevity from a vector
        of payments).  Where other shocks remain, they are computed and a caution says what is left
        out.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> from defease.shocks import StressScenario
    >>> curve = flat_curve(0.04)
    >>> sheet = BalanceSheet(
    ...     liabilities=Payments.from_times(dt.date(2025, 12, 31), [20.0], [100.0]),
    ...     basis=Basis(name="treasury", curve=curve, rule="4% a year"),
    ...     assets=(AssetSleeve(name="cash", market_value=40.0, role=SleeveRole.CASH),),
    ...     asset_curve=curve)
    >>> up = stress_balance_sheet(sheet, [StressScenario(name="rates up", rates=0.02)])[0]
    >>> round(up.liabilities, 6), round(up.duration_estimate, 6)
    (31.180473, -17.553344)
    """
    before = (sheet.asset_value, sheet.liability_value)
    return tuple(_result(sheet, scenario, before) for scenario in scenarios)


def _result(
    sheet: BalanceSheet, scenario: StressScenario, before: tuple[float, float]
) -> StressResult:
    cautions = _cautions(sheet, scenario)
    assets, liabilities = revalued(sheet, scenario)
    ratio_before = _ratio(sheet, *before)
    ratio_after = _ratio(sheet, assets, liabilities)
    comparable = ratio_before is not None and ratio_after is not None
    change_assets, change_liabilities = assets - before[0], liabilities - before[1]
    return StressResult(
        name=scenario.name,
        assets=assets,
        liabilities=liabilities,
        surplus=assets - liabilities,
        funded_ratio=ratio_after,
        change_assets=change_assets,
        change_liabilities=change_liabilities,
        change_surplus=change_assets - change_liabilities,
        change_funded_ratio=(ratio_after or 0.0) - (ratio_before or 0.0) if comparable else None,
        duration_estimate=_liability_estimate(sheet, scenario),
        duration_estimate_assets=sum(
            holding.first_order_change(scenario, sheet.asset_curve) for holding in sheet.assets
        ),
        cautions=cautions,
    )


def revalued(sheet: BalanceSheet, scenario: StressScenario) -> tuple[float, float]:
    """Assets and liabilities after one joint shock."""
    assets = sum(holding.value_under(scenario, sheet.asset_curve) for holding in sheet.assets)
    curve = sheet.basis.curve.shifted(_liability_shift(sheet, scenario))
    liabilities = present_value(sheet.liabilities, curve)
    if sheet.indexed_liabilities is not None:
        liabilities += present_value(_inflated(sheet.indexed_liabilities, scenario), curve)
    return assets, liabilities


def _liability_shift(sheet: BalanceSheet, scenario: StressScenario) -> CurveShift:
    return scenario.credit_shift if sheet.basis.is_credit else scenario.rate_shift


def _inflated(payments: Payments, scenario: StressScenario) -> Payments:
    """Index-linked payments when inflation runs higher by a constant every year from now on."""
    growth = (1.0 + scenario.inflation) ** payments.times
    return replace(payments, amounts=read_only(payments.amounts * growth))


def _liability_estimate(sheet: BalanceSheet, scenario: StressScenario) -> float:
    shift, curve = _liability_shift(sheet, scenario), sheet.basis.curve
    estimate = first_order_change(sheet.liabilities, curve, shift)
    if sheet.indexed_liabilities is not None:
        indexed = discount(sheet.indexed_liabilities, curve)
        estimate += first_order_change(sheet.indexed_liabilities, curve, shift)
        estimate += scenario.inflation * float(indexed.times @ indexed.values)
    return estimate


def _ratio(sheet: BalanceSheet, assets: float, liabilities: float) -> float | None:
    streams = (sheet.liabilities, sheet.indexed_liabilities)
    sizes = sum(
        float(np.abs(discount(s, sheet.basis.curve).values).sum()) for s in streams if s is not None
    )
    return assets / liabilities if liabilities > SMALLEST_MEANINGFUL_SHARE * sizes else None


def _cautions(sheet: BalanceSheet, scenario: StressScenario) -> tuple[Caution, ...]:
    found = (_longevity(scenario), _inflation(sheet, scenario), _still_hedges(sheet, scenario))
    return tuple(caution for caution in found if caution is not None)


def _longevity(scenario: StressScenario) -> Caution | None:
    if not scenario.longevity:
        return None
    if scenario.needs_census:
        raise ModelError(
            Problem(
                where=f"stress {scenario.name!r}: longevity",
                what="a vector of payments contains its death rates already",
                remedy="remove the scenario, or value the liabilities from a census",
            )
        )
    message = (
        f"{scenario.name}: the longevity shock is left out; it needs a census, since a vector of "
        "payments contains its death rates already"
    )
    return Caution("longevity_left_out", message)


def _still_hedges(sheet: BalanceSheet, scenario: StressScenario) -> Caution | None:
    still = [
        holding.name
        for holding in sheet.assets
        if isinstance(holding, AssetSleeve)
        and holding.role is SleeveRole.HEDGE
        and holding.modified_duration is None
    ]
    if not still or not (scenario.rates or scenario.steepening or scenario.spread):
        return None
    message = f"{scenario.name}: hedges without a duration do not move with rates: "
    return Caution("no_duration", message + ", ".join(still))


def _inflation(sheet: BalanceSheet, scenario: StressScenario) -> Caution | None:
    if not scenario.inflation:
        return None
    unmoved = [h.name for h in sheet.assets if not h.moves_with_inflation]
    if sheet.indexed_liabilities is None:
        unmoved.insert(0, "liabilities (no payments are tagged as index-linked)")
    if not unmoved:
        return None
    message = f"{scenario.name}: not moved by the inflation shock: {', '.join(unmoved)}"
    return Caution("inflation_left_out", message)
