"""Projections of what is owed: from when each is in force, and its amounts by day of payment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray, read_only
from defease.cashflows import FlowKind
from defease.errors import Caution, ProblemList

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import numpy.typing as npt

    from defease.cashflows import CashFlows
    from defease.liability_index.inflation import Indexation
    from defease.liability_index.structure import Amounts

    TextArray: TypeAlias = npt.NDArray[np.str_]


class ProjectionChange(StrEnum):
    """Why a projection differs from the one before: how its jump in value is called."""

    EXPERIENCE = "experience"
    MODEL = "model_change"


@dataclass(frozen=True, eq=False)
class Projection:
    """What an actuary expects to be paid, and the day from which the index rests on it.

    Attributes
    ----------
    effective
        The index uses it for the months that start on or after this day.
    flows
        Dated amounts; those due by the day it takes effect are left out.
    change
        Whether its difference from the one before is experience or a change of model.
    indexation
        What index-linked amounts follow; None when every amount is fixed.
    """

    effective: dt.date
    flows: CashFlows
    change: ProjectionChange = ProjectionChange.EXPERIENCE
    indexation: Indexation | None = None


@dataclass(frozen=True, eq=False)
class FlowTable:
    """A projection's signed amounts, one row for each day and price index they are linked to.

    Attributes
    ----------
    days
        Payment days since 1970, not falling, shape (n,).
    tags
        The index of each row, "" for fixed amounts, shape (n,).
    total
        Outgo positive, inflow negative, shape (n,).
    by_group
        The same by member group, in the order of `groups`, shape (n, groups).
    by_kind
        The same by `FlowKind`, shape (n, 3).
    """

    days: IntArray
    tags: TextArray
    total: FloatArray
    groups: tuple[str, ...]
    by_group: FloatArray
    by_kind: FloatArray


@dataclass(frozen=True, eq=False)
class Era:
    """The index dates, first to last, between which one projection is in force."""

    first: int
    last: int
    projection: Projection
    table: FlowTable


def flow_table(
    flows: CashFlows, *, after: np.datetime64, amounts: Amounts, groups: tuple[str, ...]
) -> FlowTable:
    """The amounts due after a day, added up by day and tag, group and kind."""
    ahead = flows.dates > after
    signs = amounts.signs[flows.kinds[ahead]]
    signed, kinds = flows.amounts[ahead] * signs, flows.kinds[ahead]
    members = flows.groups[ahead]
    names, codes = np.unique(flows.index_tags[ahead], return_inverse=True)
    keys = flows.dates[ahead].astype(np.int64) * max(len(names), 1) + codes
    keys, owner = np.unique(keys, return_inverse=True)
    days, tags = np.divmod(keys, max(len(names), 1))

    def by_day(chosen: BoolArray) -> FloatArray:
        weights = np.where(chosen, signed, 0.0)
        return np.bincount(owner, weights=weights, minlength=len(days)).astype(np.float64)

    by_kind = np.array([by_day(kinds == kind) for kind in FlowKind]).T
    by_group = (
        np.array([by_day(members == name) for name in groups]).reshape(len(groups), len(days)).T
    )
    return FlowTable(
        read_only(days.astype(np.int64)),
        read_only(names[tags]),
        read_only(by_kind.sum(axis=1)),
        groups,
        read_only(np.ascontiguousarray(by_group)),
        read_only(np.ascontiguousarray(by_kind)),
    )


def check_projections(projections: Sequence[Projection], start: dt.date) -> None:
    """Refuse projections that are out of order or do not fit the index's first day, all at once."""
    found = ProblemList()
    where = "liability index"
    if not projections:
        found.add(where, "there is no projection", "give at least one, in force when it starts")
        found.raise_if_any()
    if projections[0].effective > start:
        what = f"starts on {start}, its first projection only on {projections[0].effective}"
        found.add(where, what, "start the index later, or give an earlier projection")
    for earlier, later in pairwise(projections):
        if later.effective <= earlier.effective:
            what = f"the projection of {later.effective} follows that of {earlier.effective}"
            found.add(where, what, "give projections in order of date, each date once")
        elif later.effective <= start:
            what = f"the projection of {later.effective} starts before the index ({start})"
            remedy = f"leave out the one of {earlier.effective}, or start the index earlier"
            found.add(where, what, remedy)
    found.raise_if_any()


def eras_of(
    projections: Sequence[Projection], dates: DateArray, amounts: Amounts
) -> tuple[tuple[Era, ...], tuple[Caution, ...]]:
    """Which projection is in force between which of the dates, and what deserves a word."""
    firsts = np.searchsorted(dates, [np.datetime64(p.effective, "D") for p in projections])
    firsts[0] = 0
    reached = [p for p, first in zip(projections, firsts, strict=True) if first < len(dates)]
    ends = [*firsts[1 : len(reached)].tolist(), len(dates) - 1]
    names = {name for p in reached for name in p.flows.group_names}
    groups = tuple(sorted(names)) if names != {""} else ()
    eras = tuple(
        Era(
            int(first),
            int(last),
            projection,
            flow_table(projection.flows, after=dates[first], amounts=amounts, groups=groups),
        )
        for projection, first, last in zip(reached, firsts, ends, strict=False)
    )
    _refuse_empty_or_equal(eras)
    return eras, _cautions(projections, eras, dates)


def _refuse_empty_or_equal(eras: tuple[Era, ...]) -> None:
    found = ProblemList()
    for number, era in enumerate(eras):
        day = era.projection.effective
        if not len(era.table.days):
            what = f"the projection of {day} has no payment after it takes effect"
            found.add("liability index", what, "give a projection with payments ahead")
        if number and era.first == eras[number - 1].first:
            what = f"two projections take effect in the month up to that of {day}"
            found.add("liability index", what, "keep the one that holds at the month's end")
    found.raise_if_any()


def _cautions(
    projections: Sequence[Projection], eras: tuple[Era, ...], dates: DateArray
) -> tuple[Caution, ...]:
    told: list[Caution] = []
    for number, era in enumerate(eras):
        flows, day = era.projection.flows, dates[era.first]
        past = flows.dates <= day
        if past.any():
            message = (
                f"{int(past.sum())} amounts of the projection of {era.projection.effective}, "
                f"{flows.amounts[past].sum():,.2f} in all, are due by {day} and are left out"
            )
            told.append(Caution("flows_before_start", message))
        if number and np.datetime64(era.projection.effective, "D") != day:
            message = f"the projection of {era.projection.effective} takes effect on {day}"
            told.append(Caution("projection_at_month_end", message))
    for projection in projections[len(eras) :]:
        message = f"the projection of {projection.effective} is not used: the index ends before it"
        told.append(Caution("projection_not_reached", message))
    return tuple(told)
