"""At most so many bonds fail on any one date: payments are covered whichever ones they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.bonds.ratings import TREASURY
from defease.errors import ProblemList, bad_input
from defease.matching.limits import SizedLimit
from defease.matching.problem import Sense, positions

if TYPE_CHECKING:
    from defease.arrays import FloatArray, IntArray
    from defease.matching.data import MatchingData
    from defease.matching.problem import LabelledBonds, ProgramDraft

PLACE = "matching.gamma"
NO_PRICE = 0.0


@dataclass(frozen=True, eq=False)
class Exposures:
    """What each bond that may default would lose on each payment date, per 100 face.

    One entry for each bond and date with a payment: shape (entries,).
    """

    bonds: IntArray
    rows: IntArray
    losses: FloatArray


@dataclass(frozen=True)
class DefaultBudget(SizedLimit):
    """Every payment is covered when up to `gamma` bonds fail to pay in full on any one date.

    Each balance row loses ``Gamma_t y_t + sum_i q_it`` with ``y_t + q_it >= loss F_it x_i`` and
    ``y, q >= 0``: at the optimum the largest sum of Gamma_t of the losses (of a fraction: that
    share of the next largest).  A bond that fails on a date pays ``1 - loss`` of what it owes since
    the date before.

    Protected: any choice of up to Gamma_t bonds at *every* date at once, another one each time,
    since only what is left after the worst case is carried on.  Hence also up to Gamma bonds that
    fail for good, on any day, as long as Gamma_t never falls.  Not protected: more failures than
    that, a larger loss, or a recovery paid late.  Treasuries do not fail.  A cap on cash and a
    terminal target are kept by the cash counted on, after the worst case; without failures there
    is more.

    Attributes
    ----------
    gamma
        Failures to be survived on one date; one number, or one for each payment date (the first
        ones serve a shorter horizon).
    loss
        Share of a promised payment that is lost.

    References
    ----------
    Bertsimas and Sim, "The price of robustness", Operations Research 52 (2004).

    Examples
    --------
    Ten bonds, any one of which may pay only 40%: of 1,000 spread evenly 940 arrive.

    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching import match_cash_flows
    >>> day = np.array(["2027-01-31"], "datetime64[D]")
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=tuple("abcdefghij"), ratings=("A",) * 10,
    ...     coupons=np.zeros(10), clean_prices=np.full(10, 90.0), maturities=np.repeat(day, 10))
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), day, [940.0])
    >>> found = match_cash_flows(liability, bonds, limits=(DefaultBudget(1),))
    >>> round(found.cost, 6), found.levels.round(6)
    (900.0, array([1., 1., 1., 1., 1., 1., 1., 1., 1., 1.]))
    """

    gamma: float | tuple[float, ...]
    loss: float = 0.6
    family = "gamma"
    words = "budget of defaults"
    step = -1.0
    loosest = 0.0
    scales_with_base = False

    def __post_init__(self) -> None:
        found = ProblemList()
        given = self.gamma if isinstance(self.gamma, tuple) else (self.gamma,)
        if not given or not all(0.0 <= number < math.inf for number in given):
            what = f"must be 0 or more on every date, got {self.gamma}"
            found.add(PLACE, what, "give the most bonds that fail on one date")
        if not 0.0 <= self.loss <= 1.0:
            what = f"a failing bond must lose a share from 0 to 1, got {self.loss}"
            found.add(PLACE, what, "give a decimal, as 0.6 for 60%")
        found.raise_if_any()

    @property
    def key(self) -> str:
        """A convention of its own, beside the limits."""
        return PLACE

    @property
    def size(self) -> float:
        """The most failures on any date."""
        return max(self.gamma) if isinstance(self.gamma, tuple) else self.gamma

    def resized(self, size: float) -> DefaultBudget:
        """The same budget with another maximum, all dates in proportion."""
        if not isinstance(self.gamma, tuple):
            return replace(self, gamma=size)
        if not self.size:
            return replace(self, gamma=(size,) * len(self.gamma))
        return replace(self, gamma=tuple(each * size / self.size for each in self.gamma))

    def said(self, size: float) -> str:
        """Failures in a sentence."""
        return f"{size:.4g} on one date"

    def per_date(self, periods: int) -> FloatArray:
        """Failures to be survived on each payment date, shape (periods,)."""
        if not isinstance(self.gamma, tuple):
            return np.full(periods, float(self.gamma))
        if len(self.gamma) < periods:
            what = f"has {len(self.gamma)} values, but there are {periods} payment dates"
            raise bad_input(PLACE, what, "give one number, or one for each payment date")
        return np.array(self.gamma[:periods], dtype=np.float64)

    def exposures(self, data: MatchingData, bonds: LabelledBonds) -> Exposures:
        """What may be lost, by bond and date; Treasuries and dates without failures left out."""
        counted, count = data.receipts.counted, len(data.prices)
        places = data.receipts.rows[counted] * count + data.flow_bonds[counted]
        distinct, owner = np.unique(places, return_inverse=True)
        amounts = np.bincount(owner, data.receipts.amounts[counted], len(distinct))
        rows, owners = distinct // count, distinct % count
        may_fail = np.array([rating != TREASURY for rating in bonds.ratings], dtype=np.bool_)
        counts = may_fail[owners] & (self.per_date(data.periods)[rows] > 0.0) & (amounts > 0.0)
        return Exposures(owners[counts], rows[counts], self.loss * amounts[counts])

    def worst_losses(
        self, data: MatchingData, bonds: LabelledBonds, levels: FloatArray
    ) -> FloatArray:
        """The most that these holdings lose on each date within the budget, shape (T,).

        By sorting, without the programme: the sum of the largest Gamma_t losses.
        """
        exposed = self.exposures(data, bonds)
        lost = exposed.losses * levels[exposed.bonds]
        order = np.lexsort((-lost, exposed.rows))
        rows = exposed.rows[order]
        rank = np.arange(len(rows)) - np.searchsorted(rows, rows)
        counted = np.clip(self.per_date(data.periods)[rows] - rank, 0.0, 1.0)
        return np.bincount(rows, lost[order] * counted, data.periods).astype(np.float64)

    def add_to(self, draft: ProgramDraft) -> None:
        """One column and row for each bond and date, and one column for each date."""
        exposed = self.exposures(draft.data, draft.bonds)
        if not len(exposed.rows):
            return
        builder, balances = draft.builder, positions(draft.balance_rows)
        count, periods = len(exposed.rows), draft.data.periods
        each_date = positions(builder.add_columns(np.zeros(periods)))
        beyond = positions(builder.add_columns(np.zeros(count)))
        builder.add_entries(balances, each_date, -self.per_date(periods))
        builder.add_entries(balances[exposed.rows], beyond, -1.0)
        block = builder.add_rows(np.zeros(count), np.full(count, np.inf))
        rows = positions(block)
        builder.add_entries(rows, each_date[exposed.rows], 1.0)
        builder.add_entries(rows, beyond, 1.0)
        bond_columns = positions(draft.bond_columns)
        builder.add_entries(rows, bond_columns[exposed.bonds], -exposed.losses)
        # Named for the smallest conflict; what a smaller budget saves is no dual of these rows.
        draft.name_rows(self, [""] * count, block, Sense.AT_MOST, per_size=NO_PRICE)
