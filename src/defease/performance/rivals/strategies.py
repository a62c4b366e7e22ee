"""What people do instead of matching payments, each as one month's rule.

Every rival earns, in a month that opens with assets A, the money ``A x per_unit + fixed``: returns
on what is there, and gains of positions sized by the liability whatever the assets are.  Positions
are set at each month's opening from that date's curve and settled in cash at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_floats, read_only
from defease.errors import Caution, ProblemList, bad_input

if TYPE_CHECKING:
    from defease.performance.panels import DiscountPanel
    from defease.performance.rivals.indexes import IndexHistory

BASIS_POINT = 1e-4


@dataclass(frozen=True, eq=False, kw_only=True)
class HedgedLiability:
    """What the rivals stand against: value and money duration at every month end.

    Attributes
    ----------
    dates
        Month ends, shape (months + 1,).
    values
        Present value of the unpaid payments, above 0, shape (months + 1,).
    money_durations
        ``sum t PV``, loss per unit rise of continuous spot rates, shape (months + 1,).
    payments
        Paid in each month, shape (months,).
    """

    dates: DateArray
    values: FloatArray
    money_durations: FloatArray
    payments: FloatArray
    cautions: tuple[Caution, ...] = ()

    @property
    def growth(self) -> FloatArray:
        """Growth in money, ``L1 + paid - L0``, shape (months,)."""
        return read_only(self.values[1:] + self.payments - self.values[:-1])

    @property
    def returns(self) -> FloatArray:
        """Growth over the opening value, shape (months,)."""
        return read_only(self.growth / self.values[:-1])

    @property
    def durations(self) -> FloatArray:
        """Fisher-Weil duration at each date, years, shape (months + 1,)."""
        return read_only(self.money_durations / self.values)

    @property
    def dv01(self) -> FloatArray:
        """Money lost per basis point of continuous spot rates, shape (months + 1,)."""
        return read_only(self.money_durations * BASIS_POINT)


def hedged_liability(panel: DiscountPanel, amounts: FloatArray) -> HedgedLiability:
    """The liability of a panel; refused where nothing is owed at a date."""
    flows = frozen_floats(amounts, name="payments")
    if flows.shape != panel.payment_dates.shape:
        what = f"{len(flows)} amounts for {len(panel.payment_dates)} payment days"
        raise bad_input(where="rivals: payments", what=what, remedy="give one for each day")
    values = panel.values(flows)
    if (values <= 0).any():
        first = panel.dates[int(np.argmax(values <= 0))]
        remedy = "end the history before, or give the payments gross of contributions"
        raise bad_input(where="rivals", what=f"nothing is owed on {first}", remedy=remedy)
    return HedgedLiability(
        dates=panel.dates,
        values=values,
        money_durations=panel.money_durations(flows),
        payments=panel.paid(flows),
        cautions=panel.cautions,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class Overlay:
    """A swap position beside physical assets, renewed each month; per unit of notional.

    Attributes
    ----------
    wanted_money_durations
        Hedge ratio times the liability's money duration, shape (months,).
    physical_durations, swap_durations
        Years, at each month's opening, shape (months,).
    gains
        Par bond return less cash return: what 1 of notional settles at the month's end, shape
        (months,).
    """

    wanted_money_durations: FloatArray
    physical_durations: FloatArray
    swap_durations: FloatArray
    gains: FloatArray

    def notionals(self, opening_assets: FloatArray) -> FloatArray:
        """``(wanted - A D_physical) / D_swap``, negative where the swap pays fixed."""
        gap = self.wanted_money_durations - opening_assets * self.physical_durations
        return read_only(gap / self.swap_durations)


@dataclass(frozen=True, eq=False, kw_only=True)
class Strategy:
    """A rival as one month's rule: money earned ``A x per_unit + fixed``.

    Attributes
    ----------
    name, description
        As reports print them; the description states the conventions.
    dates
        Month ends, shape (months + 1,).
    per_unit, fixed
        Shape (months,).
    overlay
        The swap position, where there is one.
    """

    name: str
    description: str
    dates: DateArray
    per_unit: FloatArray
    fixed: FloatArray
    overlay: Overlay | None = None


def hold_index(index: IndexHistory) -> Strategy:
    """All assets in an index, whatever the liability is."""
    return Strategy(
        name=index.name,
        description="all assets in the index; benefits are paid by selling it",
        dates=index.dates,
        per_unit=index.returns,
        fixed=read_only(np.zeros(len(index.returns))),
    )


def duration_match(liability: HedgedLiability, short: IndexHistory, long: IndexHistory) -> Strategy:
    """Two indexes (or zeros) holding all assets, their money duration equal to the liability's.

    With durations a and b the long one gets ``(D_L L / A - a)/(b - a)`` of the assets A, anew each
    month; outside 0 to 1 one of them is sold short to hold more of the other.
    """
    _require_same_dates(liability, short, long)
    a, b = short.durations[:-1], long.durations[:-1]
    if not (b > a).all():
        what = f"'{long.name}' is not longer than '{short.name}' in every month"
        raise bad_input(where="duration match", what=what, remedy="name the shorter one first")
    slope = (long.returns - short.returns) / (b - a)
    return Strategy(
        name=f"duration match: {short.name} and {long.name}",
        description="money duration equal to the liability's, renewed monthly; not its payments",
        dates=liability.dates,
        per_unit=read_only(short.returns - a * slope),
        fixed=read_only(liability.money_durations[:-1] * slope),
    )


def leveraged_index(
    liability: HedgedLiability,
    index: IndexHistory,
    cash: FloatArray,
    *,
    hedge_ratio: float = 1.0,
) -> Strategy:
    """One index held in the amount that carries the liability's money duration, financed at cash.

    Exposure ``hedge_ratio x D_L L / D_index``; what it needs beyond the assets is borrowed at the
    month's cash return, what it leaves earns it.
    """
    _require_same_dates(liability, index)
    _require_durations(index)
    _require_months(cash, liability)
    exposure = hedge_ratio * liability.money_durations[:-1] / index.durations[:-1]
    return Strategy(
        name=f"leveraged to duration: {index.name}",
        description=f"{hedge_ratio:.0%} of the money duration in one index, financed at cash",
        dates=liability.dates,
        per_unit=cash,
        fixed=read_only(exposure * (index.returns - cash)),
    )


def swap_overlay(
    liability: HedgedLiability,
    physical: IndexHistory,
    swap: IndexHistory,
    cash: FloatArray,
    *,
    hedge_ratio: float = 1.0,
) -> Strategy:
    """Physical assets kept as they are, and a receive-fixed swap for the rest of the dv01.

    The swap is struck at par each month and settled at its end: 1 of notional gains the return of
    `swap` (a par bond index) less cash.  It hedges the value of the liability and pays no benefit:
    benefits and losing settlements are met by selling physical assets.
    """
    _require_same_dates(liability, physical, swap)
    _require_durations(swap)
    _require_months(cash, liability)
    gains = read_only(swap.returns - cash)
    wanted = read_only(hedge_ratio * liability.money_durations[:-1])
    ratio = gains / swap.durations[:-1]
    return Strategy(
        name=f"swaps overlay on {physical.name}",
        description=(
            f"receive-fixed notional for {hedge_ratio:.0%} of the liability's dv01 less that of "
            "the assets, struck at par and settled in cash monthly"
        ),
        dates=liability.dates,
        per_unit=read_only(physical.returns - physical.durations[:-1] * ratio),
        fixed=read_only(wanted * ratio),
        overlay=Overlay(
            wanted_money_durations=wanted,
            physical_durations=physical.durations[:-1],
            swap_durations=swap.durations[:-1],
            gains=gains,
        ),
    )


def _require_same_dates(liability: HedgedLiability, *indexes: IndexHistory) -> None:
    found = ProblemList()
    for index in indexes:
        if not np.array_equal(index.dates, liability.dates):
            what = f"runs {index.dates[0]} to {index.dates[-1]} in {len(index.dates)} dates"
            remedy = (
                f"give it at the liability's {len(liability.dates)} dates, "
                f"{liability.dates[0]} to {liability.dates[-1]}"
            )
            found.add(f"rivals: {index.name}", what, remedy)
    found.raise_if_any()


def _require_durations(index: IndexHistory) -> None:
    if (index.durations <= 0).any():
        first = index.dates[int(np.argmax(index.durations <= 0))]
        what = f"'{index.name}' has no duration on {first}"
        raise bad_input(where="rivals", what=what, remedy="hedge with something that has one")


def _require_months(cash: FloatArray, liability: HedgedLiability) -> None:
    if cash.shape != liability.payments.shape:
        what = f"{cash.size} cash returns for {len(liability.payments)} months"
        raise bad_input(where="rivals: cash", what=what, remedy="give one for each month")
