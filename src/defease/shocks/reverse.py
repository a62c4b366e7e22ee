"""Reverse stress: the smallest shock in a stated direction that breaks a floor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from defease.errors import bad_input
from defease.shocks.revaluation import revalued

if TYPE_CHECKING:
    from collections.abc import Callable

    from defease.shocks.revaluation import BalanceSheet
    from defease.shocks.scenarios import StressScenario

SCAN = 200
RESOLUTION = 1e-12


class FloorMeasure(StrEnum):
    """What must not fall below the floor."""

    FUNDED_RATIO = "funded_ratio"
    SURPLUS = "surplus"


@dataclass(frozen=True, kw_only=True)
class ReverseStress:
    """The nearest breaking point along one direction.

    Attributes
    ----------
    direction
        Name of the unit scenario.
    size
        How many units of it break the floor; None when nothing up to `limit` does.
    funded_ratio, surplus
        At that size (at `limit` when nothing breaks); the ratio is None without liabilities.
    limit
        The largest size that was tried.
    """

    direction: str
    size: float | None
    funded_ratio: float | None
    surplus: float
    limit: float


def reverse_stress(
    sheet: BalanceSheet,
    direction: StressScenario,
    *,
    floor: float,
    measure: FloorMeasure = FloorMeasure.FUNDED_RATIO,
    limit: float = 1.0,
) -> ReverseStress:
    """The smallest multiple of a unit scenario with the funded ratio or surplus below a floor.

    A scan of 200 steps finds the first step that breaks the floor, bisection the point in it; so a
    measure that falls, rises and falls again still gives its first crossing (to the scan's width).

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> from defease.shocks import AssetSleeve, BalanceSheet, SleeveRole, StressScenario
    >>> from defease.valuation import Basis
    >>> curve = flat_curve(0.0)
    >>> sheet = BalanceSheet(
    ...     liabilities=Payments.from_times(dt.date(2025, 12, 31), [1.0], [100.0]),
    ...     basis=Basis(name="flat", curve=curve, rule="0%"),
    ...     assets=(AssetSleeve(name="equity", market_value=100.0, role=SleeveRole.GROWTH,
    ...                         equity_exposure=1.0),),
    ...     asset_curve=curve)
    >>> fall = StressScenario(name="equities to zero", equity=-1.0)
    >>> round(reverse_stress(sheet, fall, floor=0.8).size, 9)
    0.2
    """
    if not limit > 0:
        raise bad_input(
            where="reverse stress: limit", what=f"is {limit:g}", remedy="give it above 0"
        )

    def breaks(size: float) -> bool:
        assets, liabilities = revalued(sheet, direction.scaled(size))
        if measure is FloorMeasure.SURPLUS:
            return assets - liabilities < floor
        # Without dividing, so that the test holds for liabilities of any sign.
        return assets < floor * liabilities

    size = _first_break(breaks_at=breaks, limit=limit)
    assets, liabilities = revalued(sheet, direction.scaled(limit if size is None else size))
    return ReverseStress(
        direction=direction.name,
        size=size,
        funded_ratio=assets / liabilities if liabilities > 0 else None,
        surplus=assets - liabilities,
        limit=limit,
    )


def _first_break(breaks_at: Callable[[float], bool], limit: float) -> float | None:
    if breaks_at(0.0):
        return 0.0
    steps = [limit * step / SCAN for step in range(1, SCAN + 1)]
    high = next((step for step in steps if breaks_at(step)), None)
    if high is None:
        return None
    low = high - limit / SCAN
    while high - low > RESOLUTION * limit:
        middle = (low + high) / 2.0
        low, high = (low, middle) if breaks_at(middle) else (middle, high)
    return high
