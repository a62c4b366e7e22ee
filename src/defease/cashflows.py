"""What is owed: dated benefits, expenses and contributions, and the streams taken from them.

`CashFlows` keeps every amount as the user entered it: positive, with its kind, group, year label
and index tag.  What is valued or matched is a `Payments` stream taken from it, and the choice
between gross (benefits plus expenses) and net (after contributions) is made by name, never by
default.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import (
    BoolArray,
    DateArray,
    FloatArray,
    IntArray,
    frozen_dates,
    frozen_floats,
    read_only,
)
from defease.dates import DAYS_PER_YEAR, add_months_to, years_between
from defease.errors import bad_input

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt


class FlowKind(IntEnum):
    """What an amount is; amounts of every kind are entered as positive numbers."""

    BENEFITS = 0
    EXPENSES = 1
    CONTRIBUTIONS = 2


class Timing(StrEnum):
    """When within its year an annual amount is paid."""

    START_OF_YEAR = "start_of_year"
    MID_YEAR = "mid_year"
    END_OF_YEAR = "end_of_year"
    MONTHLY = "monthly"
    DATED = "dated"


OUTGO = (FlowKind.BENEFITS, FlowKind.EXPENSES)
SIGN_IN_NET = np.array([1.0, 1.0, -1.0])
"""Sign of each kind in the net stream B + E - C."""


@dataclass(frozen=True, eq=False)
class Payments:
    """A stream of dated payments: outgo positive, inflow negative, one entry a payment time.

    Attributes
    ----------
    valuation_date
        The day from which `times` count.
    times
        Years from the valuation date, increasing, shape (n,).
    dates
        Payment days, shape (n,).
    amounts
        Plan currency, shape (n,).

    Examples
    --------
    >>> import datetime as dt
    >>> stream = Payments.from_times(dt.date(2025, 12, 31), [2.0, 1.0], [30.0, 20.0])
    >>> stream.times, stream.amounts, stream.total
    (array([1., 2.]), array([20., 30.]), 50.0)
    """

    valuation_date: dt.date
    times: FloatArray
    dates: DateArray
    amounts: FloatArray

    @classmethod
    def from_times(
        cls, valuation_date: dt.date, times: npt.ArrayLike, amounts: npt.ArrayLike
    ) -> Payments:
        """Payments at given years from the valuation date; days follow as 365 days a year."""
        given = frozen_floats(times, name="times")
        days = np.datetime64(valuation_date, "D") + np.rint(given * DAYS_PER_YEAR).astype(np.int64)
        return cls._merged(valuation_date, given, days, frozen_floats(amounts, name="amounts"))

    @classmethod
    def from_dates(
        cls, valuation_date: dt.date, dates: Iterable[dt.date] | DateArray, amounts: npt.ArrayLike
    ) -> Payments:
        """Payments on given days, discounted from actual days over 365."""
        days = frozen_dates(dates)
        times = years_between(valuation_date, days)
        return cls._merged(valuation_date, times, days, frozen_floats(amounts, name="amounts"))

    @classmethod
    def _merged(
        cls, valuation_date: dt.date, times: FloatArray, dates: DateArray, amounts: FloatArray
    ) -> Payments:
        if len(times) != len(amounts):
            what = f"{len(times)} times but {len(amounts)} amounts"
            raise bad_input(
                where="payments", what=what, remedy="give one amount for each payment time"
            )
        distinct, first, owner = np.unique(times, return_index=True, return_inverse=True)
        total = np.bincount(owner, weights=amounts, minlength=len(distinct)).astype(np.float64)
        return cls(valuation_date, read_only(distinct), read_only(dates[first]), read_only(total))

    @property
    def total(self) -> float:
        """Sum of the payments without discounting: the future value."""
        return float(self.amounts.sum())

    @property
    def last_time(self) -> float:
        """Years to the last payment; 0 when there is none."""
        return float(self.times[-1]) if len(self.times) else 0.0

    def __len__(self) -> int:
        return len(self.times)

    def scaled(self, factor: float) -> Payments:
        """The same stream with every amount multiplied."""
        return replace(self, amounts=read_only(self.amounts * factor))

    def between(self, first_time: float, last_time: float) -> Payments:
        """The payments due at first_time <= t < last_time."""
        return self.where((self.times >= first_time) & (self.times < last_time))

    def where(self, chosen: BoolArray) -> Payments:
        """The payments at which `chosen` is true."""
        return replace(
            self,
            times=read_only(self.times[chosen]),
            dates=read_only(self.dates[chosen]),
            amounts=read_only(self.amounts[chosen]),
        )


@dataclass(frozen=True, eq=False)
class YearTable:
    """Amounts added up by the file's year labels, for tables and charts; shape (years,) each."""

    labels: IntArray
    benefits: FloatArray
    expenses: FloatArray
    contributions: FloatArray

    @property
    def net(self) -> FloatArray:
        """Benefits plus expenses less contributions."""
        return self.benefits + self.expenses - self.contributions


@dataclass(frozen=True, eq=False)
class CashFlows:
    """Dated amounts of a plan, each with its kind, group, year label and index tag.

    Attributes
    ----------
    valuation_date
        The day from which `times` count.
    times, dates
        Years from the valuation date and payment days, shape (n,).  An annual amount keeps its
        exact time (k - 1/2 for mid-year) beside the day that stands for it.
    amounts
        Plan currency, positive as entered, shape (n,).
    kinds
        `FlowKind` of each amount, shape (n,).
    groups, index_tags
        Member group of each amount, and the index it grows with ("" is a fixed amount), shape (n,).
    labels
        The year each amount carries in the user's file, shape (n,).

    Examples
    --------
    >>> import datetime as dt
    >>> flows = CashFlows.from_times(
    ...     dt.date(2025, 12, 31), times=[0.5, 0.5], amounts=[100.0, 30.0],
    ...     kinds=[FlowKind.BENEFITS, FlowKind.CONTRIBUTIONS])
    >>> flows.gross.total, flows.net.total
    (100.0, 70.0)
    """

    valuation_date: dt.date
    times: FloatArray
    dates: DateArray
    amounts: FloatArray
    kinds: IntArray
    groups: npt.NDArray[np.str_]
    labels: IntArray
    index_tags: npt.NDArray[np.str_]

    def __post_init__(self) -> None:
        lengths = {
            name: len(getattr(self, name))
            for name in ("times", "dates", "amounts", "kinds", "groups", "labels", "index_tags")
        }
        if len(set(lengths.values())) != 1:
            raise bad_input(
                where="cash flows",
                what=f"columns differ in length ({lengths})",
                remedy="align them",
            )
        if (self.amounts < 0).any():
            first = int(np.flatnonzero(self.amounts < 0)[0])
            what = f"amount {first} is negative ({self.amounts[first]:g})"
            raise bad_input(
                where="cash flows", what=what, remedy="enter every kind as a positive number"
            )

    @classmethod
    def from_times(
        cls,
        valuation_date: dt.date,
        *,
        times: npt.ArrayLike,
        amounts: npt.ArrayLike,
        kinds: Sequence[FlowKind] | IntArray,
        dates: Iterable[dt.date] | DateArray | None = None,
        groups: Sequence[str] | npt.NDArray[np.str_] | None = None,
        labels: npt.ArrayLike | None = None,
    ) -> CashFlows:
        """Cash flows from columns; days follow the times (365 a year) where they are not given."""
        when = frozen_floats(times, name="times")
        count = len(when)
        implied = np.datetime64(valuation_date, "D") + np.rint(when * DAYS_PER_YEAR).astype(int)
        days = frozen_dates(implied if dates is None else dates)
        years = days.astype("datetime64[Y]").astype(np.int64) + 1970
        return cls(
            valuation_date,
            when,
            days,
            frozen_floats(amounts, name="amounts"),
            read_only(np.array(kinds, dtype=np.int64)),
            read_only(np.array([""] * count if groups is None else groups, dtype=np.str_)),
            read_only(np.array(years if labels is None else labels, dtype=np.int64)),
            read_only(np.full(count, "", dtype=np.str_)),
        )

    def linked_to(self, tags: Sequence[str] | npt.NDArray[np.str_]) -> CashFlows:
        """The same flows, each with the index it grows with; "" is a fixed amount."""
        return replace(self, index_tags=read_only(np.array(tags, dtype=np.str_)))

    def __len__(self) -> int:
        return len(self.times)

    @property
    def gross(self) -> Payments:
        """Benefits plus expenses."""
        return self._stream(np.isin(self.kinds, OUTGO), SIGN_IN_NET)

    @property
    def net(self) -> Payments:
        """Benefits plus expenses less contributions; negative where contributions are larger."""
        return self._stream(np.ones(len(self), dtype=np.bool_), SIGN_IN_NET)

    @property
    def contributions(self) -> Payments:
        """Contributions, as positive amounts."""
        return self.of_kind(FlowKind.CONTRIBUTIONS)

    @property
    def has_contributions(self) -> bool:
        """Whether any contribution above zero is given."""
        return bool(self.amounts[self.kinds == FlowKind.CONTRIBUTIONS].any())

    @property
    def group_names(self) -> tuple[str, ...]:
        """Member groups in alphabetical order; flows without a group are listed as ""."""
        return tuple(str(name) for name in np.unique(self.groups))

    @property
    def index_names(self) -> tuple[str, ...]:
        """The indices that amounts are linked to, in alphabetical order."""
        return tuple(str(tag) for tag in np.unique(self.index_tags) if tag)

    def of_kind(self, kind: FlowKind) -> Payments:
        """The amounts of one kind as a positive stream."""
        return self._stream(self.kinds == kind, np.ones(len(FlowKind)))

    def in_group(self, name: str) -> CashFlows:
        """The flows of one member group."""
        return self.where(self.groups == name)

    def between(self, first_time: float, last_time: float) -> CashFlows:
        """The flows due at first_time <= t < last_time."""
        return self.where((self.times >= first_time) & (self.times < last_time))

    def after(self, day: dt.date) -> CashFlows:
        """The flows due after a day."""
        return self.where(self.dates > np.datetime64(day, "D"))

    def where(self, chosen: BoolArray) -> CashFlows:
        """The flows at which `chosen` is true."""
        return CashFlows(
            self.valuation_date,
            times=read_only(self.times[chosen]),
            dates=read_only(self.dates[chosen]),
            amounts=read_only(self.amounts[chosen]),
            kinds=read_only(self.kinds[chosen]),
            groups=read_only(self.groups[chosen]),
            labels=read_only(self.labels[chosen]),
            index_tags=read_only(self.index_tags[chosen]),
        )

    def by_year(self) -> YearTable:
        """Benefits, expenses and contributions added up by year label."""
        return self._summed_by(self.labels)

    def by_projection_year(self) -> YearTable:
        """Sums of each twelve months from the valuation date, labelled by the year they end in.

        A payment on an anniversary of the valuation date belongs to the twelve months it ends.

        Examples
        --------
        >>> import datetime as dt
        >>> days = [dt.date(2017, 11, 30), dt.date(2017, 12, 31)]
        >>> flows = CashFlows.from_times(
        ...     dt.date(2016, 11, 30), times=[1.0, 396 / 365], amounts=[5.0, 7.0],
        ...     kinds=[FlowKind.BENEFITS] * 2, dates=days)
        >>> flows.by_projection_year().labels
        array([2017, 2018])
        """
        last = int(self.dates.max().astype("datetime64[Y]").astype(np.int64)) + 1971
        years = np.arange(1, max(last - self.valuation_date.year, 1) + 1)
        ends = add_months_to(self.valuation_date, 12 * years)
        return self._summed_by(self.valuation_date.year + 1 + np.searchsorted(ends, self.dates))

    def _summed_by(self, keys: IntArray) -> YearTable:
        labels, owner = np.unique(keys, return_inverse=True)
        sums = [
            np.bincount(
                owner,
                weights=np.where(self.kinds == kind, self.amounts, 0.0),
                minlength=len(labels),
            )
            for kind in FlowKind
        ]
        return YearTable(read_only(labels), *(read_only(s.astype(np.float64)) for s in sums))

    def _stream(self, chosen: BoolArray, signs: FloatArray) -> Payments:
        signed = self.amounts[chosen] * signs[self.kinds[chosen]]
        return Payments._merged(  # noqa: SLF001 - the stream's own way to add up equal times
            self.valuation_date, self.times[chosen], self.dates[chosen], signed
        )
