"""Rules for pieces a desk can trade: whole lots, smallest pieces, names, cost of a ticket."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from defease.bonds.terms import FACE
from defease.errors import Caution, InfeasibleError, Problem, ProblemList
from defease.matching.words import money

if TYPE_CHECKING:
    from defease.matching.question import MatchingQuestion

PLACE = "matching.limits"


@dataclass(frozen=True, kw_only=True)
class PieceRules:
    """What a portfolio must look like to be traded; every rule may be left out.

    Attributes
    ----------
    lot
        Face amount of one lot: every holding is a whole number of lots; None: any size.
    minimum_piece
        Smallest face amount of a holding, rounded up to whole lots; None: no minimum.
    maximum_names
        Most bonds held at once; None: no limit.
    ticket_cost
        Fixed cost of each bond held or, where current holdings are given, of each bond traded.

    Notes
    -----
    Where current holdings are given, the holdings after trading follow the rules, and a present
    holding of any size may be kept as it is or sold whole.

    Examples
    --------
    >>> PieceRules(lot=5_000, minimum_piece=12_000).smallest_piece
    15000.0
    >>> PieceRules(lot=-5)
    Traceback (most recent call last):
    ...
    defease.errors.InputError: matching.limits.lot: must be above 0, got -5; give a face amount, as 5000
    """  # noqa: E501 - the message as it is shown

    lot: float | None = None
    minimum_piece: float | None = None
    maximum_names: int | None = None
    ticket_cost: float = 0.0

    def __post_init__(self) -> None:
        found = ProblemList()
        for name in ("lot", "minimum_piece"):
            amount = getattr(self, name)
            if amount is not None and not 0.0 < amount < math.inf:
                what, remedy = f"must be above 0, got {amount:g}", "give a face amount, as 5000"
                found.add(f"{PLACE}.{name}", what, remedy)
        names = self.maximum_names
        if names is not None and (names < 1 or names != int(names)):
            what = f"must be a whole number above 0, got {names}"
            found.add(f"{PLACE}.maximum_names", what, "give a number of bonds, as 150")
        if not 0.0 <= self.ticket_cost < math.inf:
            what = f"must not be negative, got {self.ticket_cost:g}"
            found.add(f"{PLACE}.ticket_cost", what, "give an amount, or 0")
        found.raise_if_any()

    @property
    def smallest_lots(self) -> int:
        """Lots of the smallest piece; 1 without a minimum."""
        if self.lot is None or self.minimum_piece is None:
            return 1
        return max(1, math.ceil(exactly(self.minimum_piece) / exactly(self.lot)))

    @property
    def smallest_piece(self) -> float:
        """Smallest face amount of a holding, in whole lots; 0 where any size is allowed."""
        if self.lot is None:
            return self.minimum_piece or 0.0
        return float(self.smallest_lots * exactly(self.lot))

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What the rules mean beyond what was said: a minimum that is not whole lots."""
        asked, used = self.minimum_piece, self.smallest_piece
        if self.lot is None or asked is None or used == asked:
            return ()
        words = (
            f"the minimum piece of {money(asked)} is not a multiple of the lot of "
            f"{money(self.lot)}: {money(used)} is used"
        )
        return (Caution("minimum_piece_rounded_up", words),)

    def check_against(self, question: MatchingQuestion, most: float, where: str) -> None:
        """Refuse a smallest piece that is larger than any limit lets a bond be."""
        if self.smallest_piece <= most:
            return
        kind = "lot" if self.minimum_piece is None else "minimum piece"
        what = (
            f"a {kind} of {money(self.smallest_piece)} is more than any of the "
            f"{len(question.bonds)} bonds may be held; the most is {money(most)}, of {where}"
        )
        remedy = f"make the {kind} smaller, or loosen the limits on single bonds and issuers"
        raise InfeasibleError(Problem(f"{PLACE}.{kind.replace(' ', '_')}", what, remedy))


def exactly(amount: float) -> Fraction:
    """The decimal number that was meant by an amount: 0.1 is one tenth.

    Examples
    --------
    >>> exactly(0.1)
    Fraction(1, 10)
    """
    return Fraction(repr(float(amount)))


def exact_level(lots: int, lot: float) -> Fraction:
    """Units of 100 face in so many lots, exactly."""
    return lots * exactly(lot) / int(FACE)
