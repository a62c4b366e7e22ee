"""Payments of member groups, and whose payments the contributions meet first.

Contributions are the whole plan's money: those of one date are pooled, whichever group they were
written down for.  A group's outgo is its benefits plus its expenses; outgo without a group is a
group of its own, "".  What contributions leave over on a date is an inflow of the last group.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only
from defease.cashflows import OUTGO, FlowKind, Payments
from defease.errors import bad_input, did_you_mean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from defease.cashflows import CashFlows

SENIORITY = ("retired", "deferred", "active")
"""Groups in the order in which contributions meet their payments; then others by name, "" last."""


class Netting(StrEnum):
    """How the contributions of a date are set against the payments of groups.

    In order: retired, then deferred, then active members, then other groups by name.  Pro rata: in
    proportion to what each group is paid on that date.
    """

    IN_ORDER = "in_order"
    PRO_RATA = "pro_rata"


@dataclass(frozen=True, eq=False)
class GroupedPayments:
    """The payments of every group on the same days; their sum is the plan's stream.

    Attributes
    ----------
    names
        Groups, most senior first; the last one holds what contributions leave over.
    valuation_date, times, dates
        As in `Payments`, shape (n,).
    amounts
        Plan currency, outgo positive, inflow negative, shape (groups, n).
    """

    names: tuple[str, ...]
    valuation_date: dt.date
    times: FloatArray
    dates: DateArray
    amounts: FloatArray

    def of(self, groups: Iterable[str]) -> Payments:
        """The payments of these groups together; days on which they are paid nothing left out."""
        chosen = set(groups)
        for name in sorted(chosen - set(self.names)):
            what = f"no payments belong to a group {name!r}"
            remedy = did_you_mean(name, self.names)
            raise bad_input(where="matching.groups", what=what, remedy=remedy)
        rows = [row for row, name in enumerate(self.names) if name in chosen]
        amounts = self.amounts[rows].sum(axis=0)
        paid = amounts != 0.0
        return Payments(
            self.valuation_date,
            read_only(self.times[paid]),
            read_only(self.dates[paid]),
            read_only(amounts[paid]),
        )


def payments_by_group(
    flows: CashFlows, *, netting: Netting | None = Netting.IN_ORDER
) -> GroupedPayments:
    """What each member group is paid after its part of the contributions.

    In order: group g pays ``B_g - min(B_g, max(C - B_1 - .. - B_{g-1}, 0))`` of its outgo B_g on
    a date with contributions C.  Pro rata: ``B_g (1 - C / sum B)``.  In both the groups add up to
    the net stream; contributions above all outgo (in order), or without any outgo on the date,
    are an inflow of the last group.  None is gross: no contributions are set against anything.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import CashFlows
    >>> flows = CashFlows.from_times(
    ...     dt.date(2025, 12, 31), times=[1.0] * 3, amounts=[60.0, 50.0, 80.0],
    ...     kinds=[FlowKind.BENEFITS, FlowKind.BENEFITS, FlowKind.CONTRIBUTIONS],
    ...     groups=["retired", "active", "active"])
    >>> payments_by_group(flows).amounts.tolist()
    [[0.0], [30.0]]
    >>> payments_by_group(flows, netting=None).of(["retired"]).total
    60.0
    """
    times, first, owner = np.unique(flows.times, return_index=True, return_inverse=True)
    is_outgo = np.isin(flows.kinds, OUTGO)
    names = _in_seniority(flows.groups[is_outgo] if is_outgo.any() else flows.groups)
    outgo = np.zeros((len(names), len(times)))
    for row, name in enumerate(names):
        of_group = np.where(is_outgo & (flows.groups == name), flows.amounts, 0.0)
        outgo[row] = np.bincount(owner, weights=of_group, minlength=len(times))
    paid_in = np.where(flows.kinds == FlowKind.CONTRIBUTIONS, flows.amounts, 0.0)
    contributions = np.bincount(owner, weights=paid_in, minlength=len(times)).astype(np.float64)
    amounts = outgo if netting is None else _netted(outgo, contributions, netting)
    return GroupedPayments(
        names, flows.valuation_date, read_only(times), flows.dates[first], read_only(amounts)
    )


def _in_seniority(groups: Iterable[str]) -> tuple[str, ...]:
    present = {str(name) for name in groups}
    others = sorted(present - {*SENIORITY, ""})
    return tuple(name for name in (*SENIORITY, *others, "") if name in present)


def _netted(outgo: FloatArray, contributions: FloatArray, netting: Netting) -> FloatArray:
    if not len(outgo):
        return outgo
    total = outgo.sum(axis=0)
    if netting is Netting.PRO_RATA:
        share = np.divide(contributions, total, out=np.zeros_like(total), where=total > 0.0)
        net = outgo * (1.0 - share)
        over = np.where(total > 0.0, 0.0, contributions)
    else:
        senior = np.cumsum(outgo, axis=0) - outgo
        used = np.clip(contributions - senior, 0.0, outgo)
        net = outgo - used
        over = np.maximum(contributions - total, 0.0)
    net[-1] -= over
    return np.asarray(net, dtype=np.float64)
