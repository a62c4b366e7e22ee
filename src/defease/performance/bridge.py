"""The bridge: from one date's funded ratio and surplus to the next one's, driver by driver.

The order-free bridge gives every driver the mean of its effect at the old and at the new amounts,
so that nobody's order of steps decides who is to blame; it sums exactly for any numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from defease.errors import ProblemList, bad_input, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HALF_A_CENT = 0.005


@dataclass(frozen=True)
class BridgeStep:
    """What one driver did.

    Attributes
    ----------
    driver
        Its name.
    asset_change, liability_change
        Plan currency; a driver on both sides (payments) has both.
    ratio_effect
        Part of the change of A/L; None where the ratio is n/m.
    surplus_effect
        ``asset_change - liability_change``.
    """

    driver: str
    asset_change: float
    liability_change: float
    ratio_effect: float | None
    surplus_effect: float


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """A bridge between two dates; its steps add up to the change without a residual.

    Attributes
    ----------
    opening_assets, opening_liabilities, closing_assets, closing_liabilities
        Plan currency.
    steps
        One per driver.
    order
        Names in the order applied; empty for the order-free bridge.
    reason
        Why the funded ratio has no bridge; "" when it has one.  The surplus always has.
    """

    opening_assets: float
    opening_liabilities: float
    closing_assets: float
    closing_liabilities: float
    steps: tuple[BridgeStep, ...]
    order: tuple[str, ...] = ()
    reason: str = ""

    @property
    def ratio_change(self) -> float | None:
        """``A1/L1 - A0/L0``; None where the ratio is n/m."""
        if self.reason:
            return None
        closing = self.closing_assets / self.closing_liabilities
        return closing - self.opening_assets / self.opening_liabilities

    @property
    def surplus_change(self) -> float:
        """``(A1 - L1) - (A0 - L0)``."""
        opening = self.opening_assets - self.opening_liabilities
        return self.closing_assets - self.closing_liabilities - opening

    @property
    def ratio_residual(self) -> float | None:
        """Change of the ratio less the sum of effects: zero but for rounding of the machine."""
        effects = [s.ratio_effect for s in self.steps if s.ratio_effect is not None]
        change = self.ratio_change
        return None if change is None else change - math.fsum(effects)

    @property
    def surplus_residual(self) -> float:
        """Change of the surplus less the sum of effects: zero but for rounding."""
        return self.surplus_change - math.fsum(s.surplus_effect for s in self.steps)

    def step(self, driver: str) -> BridgeStep:
        """The step of the named driver."""
        return {step.driver: step for step in self.steps}[driver]


@dataclass(frozen=True, kw_only=True)
class BridgeEnds:
    """Values of both sides at both dates, in plan currency.

    The closing values are published or measured ones: the drivers must explain them to the cent.
    """

    opening_assets: float
    opening_liabilities: float
    closing_assets: float
    closing_liabilities: float


def funded_bridge(
    ends: BridgeEnds,
    *,
    asset_changes: Mapping[str, float],
    liability_changes: Mapping[str, float],
    order: Sequence[str] = (),
) -> Bridge:
    """Bridge of funded ratio and surplus from opening to closing values.

    Order-free (default): ``a_i (1/L0 + 1/L1)/2`` for a change of assets and
    ``-l_j (A0 + A1)/(2 L0 L1)`` for a change of liabilities.  With `order`, each driver is applied
    in turn and gets the change of the ratio at its turn.

    Parameters
    ----------
    ends : BridgeEnds
    asset_changes, liability_changes : mapping
        Driver to signed change, plan currency.  A name on both sides (payments) is one netted
        driver.
    order : sequence of str
        Every driver once, for the sequential bridge; empty for the order-free one.

    Raises
    ------
    InputError
        When the changes of a side miss its closing value by more than half a cent, or the order
        does not name every driver once.

    Examples
    --------
    >>> ends = BridgeEnds(opening_assets=700, opening_liabilities=1000,
    ...                   closing_assets=702.5, closing_liabilities=1010)
    >>> made = funded_bridge(ends, asset_changes={"assets": 52.5, "payments": -50},
    ...               liability_changes={"liability": 60, "payments": -50})
    >>> [(step.driver, round(step.ratio_effect, 6)) for step in made.steps]
    [('assets', 0.05224), ('payments', -0.015037), ('liability', -0.041658)]
    >>> abs(made.ratio_residual) < 1e-15, made.surplus_change
    (True, -7.5)
    """
    _check_amounts(ends, asset_changes, liability_changes)
    drivers = tuple(dict.fromkeys((*asset_changes, *liability_changes)))
    changes = {
        name: (float(asset_changes.get(name, 0.0)), float(liability_changes.get(name, 0.0)))
        for name in drivers
    }
    _check_order(order, drivers)
    reason = _no_ratio(ends)
    effects: dict[str, float] = {}
    if not reason and order:
        effects, reason = _in_turn(ends, changes, order)
    elif not reason:
        effects = _order_free(ends, changes)
    return Bridge(
        opening_assets=ends.opening_assets,
        opening_liabilities=ends.opening_liabilities,
        closing_assets=ends.closing_assets,
        closing_liabilities=ends.closing_liabilities,
        steps=tuple(
            BridgeStep(name, *changes[name], effects.get(name), changes[name][0] - changes[name][1])
            for name in (order or drivers)
        ),
        order=tuple(order),
        reason=reason,
    )


def linked_bridge(bridges: Sequence[Bridge]) -> Bridge:
    """One bridge over consecutive periods: effects of the same driver added.

    Raises `InputError` when a bridge does not begin where the one before it ended.

    Examples
    --------
    >>> ends = [BridgeEnds(opening_assets=a, opening_liabilities=100, closing_assets=a + 10,
    ...                    closing_liabilities=100) for a in (50, 60)]
    >>> two = [funded_bridge(e, asset_changes={"assets": 10}, liability_changes={}) for e in ends]
    >>> round(linked_bridge(two).step("assets").ratio_effect, 12)
    0.2
    """
    if not bridges:
        raise bad_input(where="bridge", what="no periods", remedy="give at least one")
    for number, (before, after) in enumerate(pairwise(bridges), start=2):
        gap = max(
            abs(after.opening_assets - before.closing_assets),
            abs(after.opening_liabilities - before.closing_liabilities),
        )
        if gap > HALF_A_CENT:
            what = f"begins {gap:,.2f} away from where the one before it ended"
            remedy = "give consecutive periods of one basis"
            raise bad_input(where=f"bridge of period {number}", what=what, remedy=remedy)
    reason = next((b.reason for b in bridges if b.reason), "")
    drivers = dict.fromkeys(step.driver for b in bridges for step in b.steps)
    return Bridge(
        opening_assets=bridges[0].opening_assets,
        opening_liabilities=bridges[0].opening_liabilities,
        closing_assets=bridges[-1].closing_assets,
        closing_liabilities=bridges[-1].closing_liabilities,
        steps=tuple(_added(name, bridges, reason) for name in drivers),
        reason=reason,
    )


def _added(name: str, bridges: Sequence[Bridge], reason: str) -> BridgeStep:
    found = [step for b in bridges for step in b.steps if step.driver == name]
    effect = math.fsum(s.ratio_effect for s in found if s.ratio_effect is not None)
    return BridgeStep(
        name,
        math.fsum(s.asset_change for s in found),
        math.fsum(s.liability_change for s in found),
        None if reason else effect,
        math.fsum(s.surplus_effect for s in found),
    )


def _check_amounts(
    ends: BridgeEnds, asset_changes: Mapping[str, float], liability_changes: Mapping[str, float]
) -> None:
    found = ProblemList()
    sides = (
        ("assets", ends.opening_assets, ends.closing_assets, asset_changes),
        ("liabilities", ends.opening_liabilities, ends.closing_liabilities, liability_changes),
    )
    for side, opening, closing, changes in sides:
        missed = closing - opening - math.fsum(changes.values())
        # Doubles hold cents exactly only up to 2^53: beyond that their own rounding is allowed.
        allowed = HALF_A_CENT + 8.0 * math.ulp(max(abs(opening), abs(closing)))
        if not abs(missed) <= allowed:
            what = f"the drivers miss the closing value by {missed:,.2f}"
            remedy = "correct the amounts, or name the difference as a driver of its own"
            found.add(f"bridge: {side}", what, remedy)
    found.raise_if_any()


def _check_order(order: Sequence[str], drivers: Sequence[str]) -> None:
    if not order:
        return
    for name in order:
        if name not in drivers:
            what, remedy = f"'{name}' is no driver", did_you_mean(name, drivers)
            raise bad_input(where="bridge: order", what=what, remedy=remedy)
    missing = [name for name in drivers if name not in order]
    if missing or len(order) != len(drivers):
        what = f"leaves out {', '.join(missing)}" if missing else "names a driver twice"
        raise bad_input(where="bridge: order", what=what, remedy="name every driver once")


def _no_ratio(ends: BridgeEnds) -> str:
    if min(ends.opening_liabilities, ends.closing_liabilities) > 0.0:
        return ""
    return "a liability is zero or negative, so that there is no funded ratio"


def _order_free(ends: BridgeEnds, changes: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    l0, l1 = ends.opening_liabilities, ends.closing_liabilities
    of_assets = (1.0 / l0 + 1.0 / l1) / 2.0
    # Divided one after the other: the product of two large liabilities need not be finite.
    of_liabilities = (ends.opening_assets + ends.closing_assets) / l0 / l1 / 2.0
    return {name: a * of_assets - change * of_liabilities for name, (a, change) in changes.items()}


def _in_turn(
    ends: BridgeEnds, changes: Mapping[str, tuple[float, float]], order: Sequence[str]
) -> tuple[dict[str, float], str]:
    assets, liabilities = ends.opening_assets, ends.opening_liabilities
    effects = {}
    for name in order:
        before = assets / liabilities
        assets, liabilities = assets + changes[name][0], liabilities + changes[name][1]
        if liabilities <= 0.0:
            return {}, f"after '{name}' the liability is zero or negative: choose another order"
        effects[name] = assets / liabilities - before
    return effects, ""
