"""Annual benefits, expenses and contributions: what an exhaustion projection runs on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, frozen_floats, read_only
from defease.errors import bad_input
from defease.funding.policies import CountedContributions, ExhaustionPolicy

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.cashflows import YearTable


@dataclass(frozen=True, eq=False)
class AnnualFlows:
    """Amounts of consecutive projection years, year k covering (k-1, k] from the valuation date.

    Attributes
    ----------
    labels
        The years as the user's file names them, shape (years,).
    benefits, expenses, contributions
        Plan currency, positive as entered, shape (years,).  A contribution may be negative where
        a published table nets future members' cost in it.
    contributions_current_members
        Contributions of and for current members only, when known; shape (years,).

    Examples
    --------
    >>> flows = AnnualFlows.from_columns(benefits=[10, 11], contributions=[4, 4])
    >>> flows.net
    array([6., 7.])
    """

    labels: IntArray
    benefits: FloatArray
    expenses: FloatArray
    contributions: FloatArray
    contributions_current_members: FloatArray | None = None

    def __post_init__(self) -> None:
        columns = {
            "benefits": self.benefits,
            "expenses": self.expenses,
            "contributions": self.contributions,
            "contributions_current_members": self.contributions_current_members,
        }
        for name, column in columns.items():
            if column is not None and len(column) != len(self.labels):
                what = f"{len(column)} amounts for {len(self.labels)} years"
                raise bad_input(
                    where=f"annual flows: {name}", what=what, remedy="give one amount a year"
                )
        if not len(self.labels):
            raise bad_input(
                where="annual flows", what="no years", remedy="give at least one projection year"
            )
        for name, paid in (("benefits", self.benefits), ("expenses", self.expenses)):
            negative = np.flatnonzero(paid < 0)
            if negative.size:
                where = f"annual flows: {name} of year {self.labels[negative[0]]}"
                raise bad_input(
                    where=where, what="is negative", remedy="enter outgo as positive numbers"
                )

    @classmethod
    def from_columns(
        cls,
        *,
        benefits: npt.ArrayLike,
        expenses: npt.ArrayLike | None = None,
        contributions: npt.ArrayLike | None = None,
        contributions_current_members: npt.ArrayLike | None = None,
        labels: npt.ArrayLike | None = None,
    ) -> AnnualFlows:
        """Annual flows from columns; a missing column is zero, missing labels are 1, 2, ..."""
        paid = frozen_floats(benefits, name="benefits")
        zeros = np.zeros(len(paid))
        current = contributions_current_members
        return cls(
            read_only(
                np.array(np.arange(1, len(paid) + 1) if labels is None else labels, dtype=np.int64)
            ),
            paid,
            frozen_floats(zeros if expenses is None else expenses, name="expenses"),
            frozen_floats(zeros if contributions is None else contributions, name="contributions"),
            None
            if current is None
            else frozen_floats(current, name="contributions_current_members"),
        )

    @classmethod
    def from_year_table(cls, table: YearTable, *, first_label: int | None = None) -> AnnualFlows:
        """Annual flows from sums by year label; a year without any amount counts as zero.

        `first_label` names the first projection year, for amounts that begin later than it.

        Examples
        --------
        >>> from defease.cashflows import YearTable
        >>> years, amounts = np.array([2026, 2028]), np.array([5.0, 7.0])
        >>> flows = AnnualFlows.from_year_table(YearTable(years, amounts, 0 * amounts, 0 * amounts))
        >>> flows.labels, flows.benefits
        (array([2026, 2027, 2028]), array([5., 0., 7.]))
        """
        if not len(table.labels):
            raise bad_input(
                where="annual flows", what="no years", remedy="give at least one projection year"
            )
        first = table.labels[0] if first_label is None else min(first_label, int(table.labels[0]))
        labels = np.arange(first, table.labels[-1] + 1)
        place = table.labels - first
        columns = []
        for amounts in (table.benefits, table.expenses, table.contributions):
            column = np.zeros(len(labels))
            column[place] = amounts
            columns.append(read_only(column))
        return cls(read_only(labels), *columns)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def outgo(self) -> FloatArray:
        """Benefits plus expenses, shape (years,)."""
        return self.benefits + self.expenses

    @property
    def net(self) -> FloatArray:
        """Benefits plus expenses less contributions, shape (years,)."""
        return self.benefits + self.expenses - self.contributions

    @property
    def knows_current_members(self) -> bool:
        """Whether contributions of current members are given apart."""
        return self.contributions_current_members is not None

    def under(self, policy: ExhaustionPolicy) -> AnnualFlows:
        """The flows a policy counts: its contributions, cut or extended to its horizon."""
        return self.counting(policy.contributions).to_horizon(policy.horizon)

    def counting(self, contributions: CountedContributions) -> AnnualFlows:
        """The flows with all contributions, none, or those of current members only."""
        if contributions is CountedContributions.ALL:
            return self
        if contributions is CountedContributions.NONE:
            return replace(self, contributions=read_only(np.zeros(len(self))))
        if self.contributions_current_members is None:
            raise bad_input(
                where="exhaustion: contributions",
                what="contributions of current members are not given apart",
                remedy="add the column contributions_current_members, or payrolls",
            )
        return replace(self, contributions=self.contributions_current_members)

    def to_horizon(self, horizon: int | None) -> AnnualFlows:
        """The flows to the last amount of any kind (None), or for a fixed number of years."""
        if horizon is None:
            used = np.flatnonzero((self.outgo > 0) | (self.contributions != 0))
            horizon = int(used[-1]) + 1 if used.size else len(self)
        if horizon == len(self):
            return self
        current = self.contributions_current_members
        labels = self.labels[0] + np.arange(horizon)
        labels[: len(self)] = self.labels[:horizon]
        return AnnualFlows(
            read_only(labels),
            _resized(self.benefits, horizon),
            _resized(self.expenses, horizon),
            _resized(self.contributions, horizon),
            None if current is None else _resized(current, horizon),
        )


def _resized(amounts: FloatArray, years: int) -> FloatArray:
    resized = np.zeros(years)
    shared = min(years, len(amounts))
    resized[:shared] = amounts[:shared]
    return read_only(resized)
