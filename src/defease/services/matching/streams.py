"""Streams with priorities: groups of payments, their weights, and what must be whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.errors import bad_input, did_you_mean
from defease.matching import Netting, payments_by_group
from defease.matching.slices import Shares, Stream
from defease.services.matching.planned import end_of_years

if TYPE_CHECKING:
    from collections.abc import Iterable

    from defease.arrays import BoolArray, FloatArray
    from defease.cashflows import Payments
    from defease.inputs.schema.matching import MatchingSection
    from defease.services.matching.planned import PlannedMatch


def streams_of(planned: PlannedMatch) -> tuple[Stream, ...]:
    """The plan's payments as streams that a budget pays by weight, protected ones in full."""
    given, question = planned.given, planned.question
    if not _by_group(given):
        return (_stream("payments", question.data.payments, planned),)
    netting = Netting(given.netting) if given.amounts == "net" else None
    grouped = payments_by_group(planned.plan.cash_flows, netting=netting)
    chosen = [name for name in grouped.names if given.groups is None or name in given.groups]
    _refuse_unknown(given, chosen)
    scale = 1.0 if given.percent is None else given.percent
    return tuple(
        _stream(name or "no group", scale * _on_dates(grouped.of([name]), planned), planned)
        for name in chosen
    )


def _by_group(given: MatchingSection) -> bool:
    return isinstance(given.weights, dict) or isinstance(given.protect, list)


def _refuse_unknown(given: MatchingSection, names: Iterable[str]) -> None:
    known = list(names)
    stated = {
        "weights": given.weights if isinstance(given.weights, dict) else (),
        "protect": given.protect if isinstance(given.protect, list) else (),
    }
    for key, groups in stated.items():
        for group in groups:
            if group not in known:
                what = f"no payments belong to a group {group!r}"
                where = f"plan.toml: matching.{key}"
                raise bad_input(where=where, what=what, remedy=did_you_mean(group, known))


def _stream(name: str, amounts: FloatArray, planned: PlannedMatch) -> Stream:
    given = planned.given
    return Stream(
        name=name,
        amounts=amounts,
        weights=_weights(name, amounts, given),
        protected=_protected(name, planned),
        shares=Shares.FALLING if given.funded_shares == "falling" else Shares.BY_DATE,
    )


def _weights(name: str, amounts: FloatArray, given: MatchingSection) -> FloatArray | None:
    if given.weights == "amount":
        return None
    if given.weights == "equal":
        return np.ones(len(amounts))
    assert isinstance(given.weights, dict)  # noqa: S101 - the schema knows three kinds
    return amounts.clip(min=0.0) * given.weights.get(name, 1.0)


def _protected(name: str, planned: PlannedMatch) -> BoolArray | None:
    protect, dates = planned.given.protect, planned.question.due.dates
    if protect is None:
        return None
    if isinstance(protect, list):
        return np.full(len(dates), name in protect)
    last = np.datetime64(end_of_years(planned.plan.valuation_date, protect), "D")
    return np.asarray(dates <= last, dtype=np.bool_)


def _on_dates(payments: Payments, planned: PlannedMatch) -> FloatArray:
    """The amounts of one group on the dates of the question."""
    dates = planned.question.due.dates
    inside = np.isin(payments.dates, dates)
    rows = np.searchsorted(dates, payments.dates[inside])
    return np.bincount(rows, payments.amounts[inside], len(dates)).astype(np.float64)
