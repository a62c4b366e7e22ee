"""What a plan owns, in the form a stress can reprice: bonds by payments, classes by exposures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.bonds import payments_of
from defease.cashflows import Payments
from defease.errors import bad_input, did_you_mean
from defease.services.plans import market_value
from defease.shocks import AssetSleeve, BondSleeve, SleeveRole, spread_to_price

if TYPE_CHECKING:
    from defease.arrays import BoolArray
    from defease.curves import DiscountCurve
    from defease.inputs.bond_file import BondReading
    from defease.inputs.plan import Plan
    from defease.inputs.schema.assumptions import AssetClassSection

FACE = 100.0


def asset_sleeves(plan: Plan, curve: DiscountCurve) -> tuple[AssetSleeve | BondSleeve, ...]:
    """The assets: bonds held where a file lists them, else the allocation by asset class."""
    if plan.holdings is not None:
        return _bond_sleeves(plan.holdings, curve)
    total = market_value(plan)
    if not plan.allocation:
        return (AssetSleeve(name="assets", market_value=total, role=SleeveRole.CASH),)
    return tuple(
        _sleeve(name, weight * total, _asset_class(plan, name))
        for name, weight in plan.allocation.items()
    )


def asset_rules(plan: Plan) -> tuple[tuple[str, str], ...]:
    """How the assets are repriced, in words."""
    if plan.holdings is not None:
        words = (
            "every payment of the bonds held, on the risk-free curve plus the spread that gives "
        )
        return (("Bonds held", words + "their market value"),)
    if not plan.allocation:
        words = "no [[assets.allocation]] is given: the assets stay as they are in every scenario"
        return (("Assets", words),)
    durations = "repriced as a zero-coupon bond of that modified duration on the risk-free curve"
    growth = (
        "move one for one with equities, real estate with real estate, unless assumptions.toml "
        "gives equity_beta or real_estate_beta"
    )
    spreads = (
        "move hedge classes named as corporate or credit, unless spread_beta is given, and bases "
        "that contain a credit spread"
    )
    return (
        ("Asset classes with a duration", durations),
        ("Growth classes", growth),
        ("Spread shocks", spreads),
    )


def _asset_class(plan: Plan, name: str) -> AssetClassSection:
    where = f"plan.toml: assets.allocation.{name}"
    if plan.assumptions is None:
        raise bad_input(
            where=where,
            what="has no assumptions",
            remedy="name a file in [assumptions] that describes every asset class",
        )
    classes = {c.name: c for c in plan.assumptions.asset_class}
    if name not in classes:
        raise bad_input(
            where=where,
            what="is no asset class of the assumptions",
            remedy=did_you_mean(name, classes),
        )
    return classes[name]


def _sleeve(name: str, amount: float, given: AssetClassSection) -> AssetSleeve:
    is_property = "real_estate" in name or "property" in name
    is_credit = any(word in name for word in ("corporate", "credit", "high_yield"))
    growth = 1.0 if given.role == "growth" else 0.0
    by_name = {
        "equity": 0.0 if is_property else growth,
        "real_estate": growth if is_property else 0.0,
        "spread": 1.0 if is_credit and given.role == "hedge" else 0.0,
    }
    return AssetSleeve(
        name=name,
        market_value=amount,
        role=SleeveRole(given.role),
        modified_duration=given.duration,
        spread_exposure=_stated(given.spread_beta, by_name["spread"]),
        equity_exposure=_stated(given.equity_beta, by_name["equity"]),
        real_estate_exposure=_stated(given.real_estate_beta, by_name["real_estate"]),
        inflation_beta=given.inflation_beta,
    )


def _stated(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else given


def _bond_sleeves(held: BondReading, curve: DiscountCurve) -> tuple[BondSleeve, ...]:
    government = held.bonds.is_treasury
    parts = (("government bonds", government, 0.0), ("credit bonds", ~government, 1.0))
    return tuple(
        _bond_sleeve(held, chosen, (name, exposure), curve)
        for name, chosen, exposure in parts
        if chosen.any()
    )


def _bond_sleeve(
    held: BondReading, chosen: BoolArray, label: tuple[str, float], curve: DiscountCurve
) -> BondSleeve:
    bonds, faces = held.bonds.take(chosen), held.faces[chosen]
    promised = payments_of(bonds)
    amounts = promised.amounts * faces[promised.bond] / FACE
    stream = Payments.from_dates(bonds.settlement, promised.dates, amounts)
    value = float(np.sum(faces / FACE * bonds.dirty_prices))
    return BondSleeve(
        name=label[0],
        payments=stream,
        curve=curve,
        spread=spread_to_price(stream, curve, value),
        spread_exposure=label[1],
    )
