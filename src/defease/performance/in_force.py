"""What is owed on each payment day, as projection after projection has it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.errors import ProblemList

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from defease.performance.panels import DiscountPanel

Later = tuple[tuple[int, FloatArray], ...]
"""Places of dates, rising, and the amounts that take over there after that date's payments."""


@dataclass(frozen=True, eq=False)
class AmountsInForce:
    """Amounts of one set of payment days, replaced on the dates of later projections.

    The jump on such a date is experience: it is in the values from that date on, in nobody's
    growth.

    Attributes
    ----------
    opening
        In force from the first date, plan currency, shape (payments,).
    later
        What takes over at each place of a date, each of shape (payments,).

    Examples
    --------
    >>> amounts = AmountsInForce(np.array([10.0, 10.0]), ((1, np.array([0.0, 12.0])),))
    >>> amounts.at(0), amounts.at(1)
    (array([10., 10.]), array([ 0., 12.]))
    """

    opening: FloatArray
    later: Later = ()

    def at(self, date: int) -> FloatArray:
        """What is owed after the events of a date, by its place."""
        found = self.opening
        for place, amounts in self.later:
            if place <= date:
                found = amounts
        return found

    def values(self, panel: DiscountPanel) -> FloatArray:
        """Present value of what is still unpaid, at every date, shape (dates,)."""
        found = panel.values(self.opening).copy()
        for place, amounts in self.later:
            found[place:] = panel.values(amounts)[place:]
        return read_only(found)

    def paid(self, panel: DiscountPanel) -> FloatArray:
        """What falls due in each period, by the projection in force at its start."""
        found = panel.paid(self.opening).copy()
        for place, amounts in self.later:
            found[place:] = panel.paid(amounts)[place:]
        return read_only(found)

    def jumps(self, panel: DiscountPanel) -> FloatArray:
        """What each period's end adds to the value as experience, shape (periods,)."""
        found = np.zeros(panel.months)
        for place, amounts in self.later:
            found[place - 1] = float(panel.factors[place] @ (amounts - self.at(place - 1)))
        return read_only(found)

    def problems(self, name: str, panel: DiscountPanel) -> ProblemList:
        """Everything in which amounts and panel do not fit."""
        found = ProblemList()
        days = len(panel.payment_dates)
        for amounts in (self.opening, *(each for _, each in self.later)):
            if amounts.shape != (days,):
                what = f"{len(amounts)} amounts for {days} payment days"
                found.add(f"{name}: payments", what, "give one amount for each day")
        places = [0, *(place for place, _ in self.later), panel.months + 1]
        if any(b <= a for a, b in pairwise(places)):
            what = f"later amounts take over at the dates {places[1:-1]}"
            remedy = f"give rising places from 1 to {panel.months}"
            found.add(f"{name}: payments", what, remedy)
        return found


def amounts_in_force(
    opening: npt.ArrayLike, later: Sequence[tuple[int, npt.ArrayLike]] = ()
) -> AmountsInForce:
    """Amounts from arrays, copied and read-only."""
    return AmountsInForce(
        frozen_floats(opening, name="payments"),
        tuple((place, frozen_floats(each, name="later payments")) for place, each in later),
    )


def as_amounts(given: npt.ArrayLike | AmountsInForce) -> AmountsInForce:
    """The same, or amounts that no later projection replaces."""
    return given if isinstance(given, AmountsInForce) else amounts_in_force(given)
