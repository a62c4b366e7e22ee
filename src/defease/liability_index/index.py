"""The custom liability index: a plan's own payments as a portfolio of zero-coupon bonds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, read_only
from defease.cashflows import FlowKind, Payments
from defease.dates import to_date
from defease.errors import Caution, bad_input
from defease.liability_index.cautions import index_cautions
from defease.liability_index.curves_by_date import CurvesByDate
from defease.liability_index.dates import curves_on, index_dates
from defease.liability_index.inflation import NOMINAL
from defease.liability_index.parts import IndexPart
from defease.liability_index.payments_made import signed_payments
from defease.liability_index.projections import (
    Era,
    Projection,
    ProjectionChange,
    check_projections,
    eras_of,
)
from defease.liability_index.revaluation import check_inflation, revaluation_of
from defease.liability_index.structure import Amounts, IndexStructure
from defease.liability_index.sums import EraSums, era_sums
from defease.liability_index.waterfall import Stage, months_on

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from defease.cashflows import CashFlows

TOTAL = "total"


@dataclass(frozen=True, eq=False, kw_only=True)
class LiabilityIndex:
    """A monthly index of a plan's payments; made by `liability_index`.

    In every month ``PV at the end = PV at the start + income + roll + rate_change + spread_change
    + inflation + benefit_paid + contributions + experience + model_change``; nothing is left over.

    Attributes
    ----------
    amounts
        Net, gross or contributions.
    dates
        Start and month ends, shape (months + 1,).
    total
        The whole stream.
    buckets, segments, groups
        Its parts; buckets add up to the whole, and so do groups (empty when none are named).
    payments
        What was paid in each month by `FlowKind`, signed as in the stream: actual payments where
        they are given, projected ones elsewhere; shape (months, 3).
    experience
        Actual less projected payments, plus new projection less old, by `FlowKind`, shape
        (months, 3).  Experience never enters the return.
    model_change
        New projection less old where that is a change of model, shape (months,).
    curves, risk_free
        On the index's dates.
    eras
        Which projection is in force between which dates.
    """

    amounts: Amounts
    dates: DateArray
    total: IndexPart
    buckets: tuple[IndexPart, ...]
    segments: tuple[IndexPart, ...]
    groups: tuple[IndexPart, ...]
    payments: FloatArray
    experience: FloatArray
    model_change: FloatArray
    curves: CurvesByDate
    risk_free: CurvesByDate | None
    eras: tuple[Era, ...]
    cautions: tuple[Caution, ...]

    @property
    def parts(self) -> tuple[IndexPart, ...]:
        """The whole, then buckets, segments and groups."""
        return (self.total, *self.buckets, *self.segments, *self.groups)

    @property
    def linked_to(self) -> tuple[str, ...]:
        """The price indices that payments are linked to, in alphabetical order."""
        tags = {str(tag) for era in self.eras for tag in era.table.tags}
        return tuple(sorted(tags - {NOMINAL}))

    @property
    def benefit_paid(self) -> FloatArray:
        """Benefits and expenses paid in each month, as they change the value: negative."""
        return -(self.payments[:, FlowKind.BENEFITS] + self.payments[:, FlowKind.EXPENSES])

    @property
    def contributions(self) -> FloatArray:
        """Contributions received in each month, as they change the value: positive when net."""
        return -self.payments[:, FlowKind.CONTRIBUTIONS] + 0.0

    def place_of(self, day: dt.date) -> int:
        """Number of an index date, 0 for the start; another day is refused."""
        found = np.flatnonzero(self.dates == np.datetime64(day, "D"))
        if not found.size:
            what = f"has no value on {day}"
            remedy = f"take one of its {len(self.dates)} dates, {self.dates[0]} to {self.dates[-1]}"
            raise bad_input(where="liability index", what=what, remedy=remedy)
        return int(found[0])

    def payments_ahead(self, day: dt.date, part: IndexPart | None = None) -> Payments:
        """What a part consists of on an index date: the projection then in force, paid after it.

        Index-linked amounts are as expected on that day.
        """
        place = self.place_of(day)
        era = next(era for era in reversed(self.eras) if era.first <= place)
        table = era.table
        amounts = table.total
        if part is not None and part.group is not None:
            amounts = table.by_group[:, table.groups.index(part.group)]
        revalued = revaluation_of(era, self.dates.astype(np.int64))
        if revalued is not None:
            amounts = amounts * revalued[place - era.first]
        dates = table.days.astype("datetime64[D]")
        due = table.days > self.dates[place].astype(np.int64)
        ahead = Payments.from_dates(day, dates[due], amounts[due])
        if part is None or part.span is None:
            return ahead
        end = np.inf if part.span.to_year is None else part.span.to_year
        return ahead.between(part.span.from_year, end)


def liability_index(
    projections: Sequence[Projection],
    curves: CurvesByDate,
    *,
    risk_free: CurvesByDate | None = None,
    actual: CashFlows | None = None,
    start: dt.date | None = None,
    structure: IndexStructure | None = None,
    amounts: Amounts = Amounts.NET,
) -> LiabilityIndex:
    """The monthly index of a plan's own payments, from 100, with its growth line by line.

    Every payment is a zero-coupon bond priced on the curve of the date at its own term, actual
    days over 365; the index is their portfolio weighted by present value.  Bucket membership is
    frozen at the month's start, and paid amounts earn nothing between payment and month end.

    Parameters
    ----------
    projections
        In order of effective date; the first is in force when the index starts.
    curves, risk_free
        One curve a month, without gaps; `risk_free`, when given, splits what rates did from what
        the spread did, and covers the same dates.
    actual
        Dated payments made; months beyond them count as paid as projected.
    start
        A date of `curves`; the first projection's effective date unless said otherwise.
    structure
        Buckets and segments.
    amounts
        Net, gross or contributions.

    Raises
    ------
    InputError
        Gaps, months without a curve, projections out of order, no payment ahead.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import CashFlows
    >>> from defease.curves import Compounding, curve_history, month_ends
    >>> due = CashFlows.from_times(dt.date(2025, 12, 31), times=[20.0], amounts=[100.0], kinds=[0])
    >>> curves = curve_history(month_ends(["2025-12", "2026-01"]), [10], [[0.04], [0.04]],
    ...                        compounding=Compounding.ANNUAL)
    >>> index = liability_index([Projection(dt.date(2025, 12, 31), due)], curves)
    >>> index.total.levels.round(6).tolist(), round(100 * 1.04 ** (31 / 365), 6)
    ([100.0, 100.333663], 100.333663)
    """
    first = start or (projections[0].effective if projections else to_date(curves.dates[0]))
    check_projections(projections, first)
    cut = structure or IndexStructure()
    dates = index_dates(projections, curves, first)
    priced, beside = curves_on(curves, dates), _beside(risk_free, dates)
    eras, told = eras_of(projections, dates, amounts)
    check_inflation(eras, dates)
    months = months_on(dates.astype(np.int64), priced, beside)
    sums = [era_sums(months, era, cut) for era in eras]
    parts = _parts(eras, sums, cut, split=months.tenor_rates is not None)
    paid, experience, model = _money(eras, sums, signed_payments(actual, dates, amounts))
    spans, buckets = len(cut.spans), len(cut.buckets)
    return LiabilityIndex(
        amounts=amounts,
        dates=dates,
        total=parts[0],
        buckets=parts[1 : 1 + buckets],
        segments=parts[1 + buckets : 1 + spans],
        groups=parts[1 + spans :],
        payments=paid,
        experience=experience,
        model_change=model,
        curves=priced,
        risk_free=beside,
        eras=eras,
        cautions=(*told, *index_cautions(parts, dates, curves, actual)),
    )


def _beside(risk_free: CurvesByDate | None, dates: DateArray) -> CurvesByDate | None:
    return None if risk_free is None else curves_on(risk_free, dates)


def _parts(
    eras: tuple[Era, ...], sums: list[EraSums], structure: IndexStructure, *, split: bool
) -> tuple[IndexPart, ...]:
    stages = np.concatenate([each.parts[:, :-1] for each in sums], axis=1)
    opening = np.concatenate([*(each.parts[:, :-1] for each in sums), sums[-1].parts[:, -1:]], 1)
    aged = np.concatenate([each.parts[Stage.START, 1:] for each in sums])
    values = opening[Stage.START]
    migration = aged - (stages[Stage.REVALUED] - stages[Stage.PAID])
    jump = values[1:] - aged
    spans = structure.spans
    names = [TOTAL, *(span.name for span in spans), *eras[0].table.groups]
    return tuple(
        IndexPart(
            name=name,
            span=spans[k - 1] if 0 < k <= len(spans) else None,
            group=name if k > len(spans) else None,
            stages=read_only(stages[:, :, k].copy()),
            present_values=read_only(values[:, k].copy()),
            future_values=read_only(opening[Stage.DUE, :, k].copy()),
            migration=read_only(migration[:, k].copy()),
            revaluation=read_only(jump[:, k].copy()),
            rate_split_known=split,
        )
        for k, name in enumerate(names)
    )


def _money(
    eras: tuple[Era, ...], sums: list[EraSums], actual: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Payments made and experience by kind, and changes of model, month by month."""
    expected = np.concatenate([each.kinds[Stage.PAID, :-1] for each in sums])
    paid = expected if actual is None else np.where(np.isnan(actual), expected, actual)
    experience, model = paid - expected, np.zeros(len(expected))
    for old, new, era in zip(sums, sums[1:], eras[1:], strict=False):
        jump = new.kinds[Stage.START, 0] - old.kinds[Stage.START, -1]
        if era.projection.change is ProjectionChange.MODEL:
            model[era.first - 1] += jump.sum()
        else:
            experience[era.first - 1] += jump
    return read_only(paid), read_only(experience), read_only(model)
