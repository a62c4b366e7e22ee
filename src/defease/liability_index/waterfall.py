"""What one unit of money, due on each day, is worth at every stage of each month.

A month runs from one date to the next; s = g + z is the basis's annual effective spot rate, the
risk-free rate and the spread over it.  Stages of a payment due at t, with h the month's length:

    START      (1 + s0(t))^-t                    value at the month's start
    AGED       (1 + s0(t))^-(t-h)                it has earned its own rate
    ROLLED     (1 + s0(t-h))^-(t-h)              it stands at a shorter term of the same curve
    LEVEL      ROLLED with the change of the 10-year risk-free rate added at all terms
    SLOPE      ... and the change of 30 less 2 years, linear in between, zero at 10 years
    RISK_FREE  (1 + g1(t-h) + z0(t-h))^-(t-h)    the whole risk-free curve has moved
    END        (1 + s1(t-h))^-(t-h)              the spread has moved too
    FORWARD    START / P0(h)                     what START grows to if forward rates come true
    REVALUED   END times what realised and newly expected inflation makes of the amount

A payment made within the month counts 1 from AGED on: it earns nothing between payment and the
month's end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray, read_only
from defease.dates import DAYS_PER_YEAR
from defease.errors import ModelError, Problem
from defease.liability_index.curves_by_date import CurvesByDate, minus_logs_reader, reaches

if TYPE_CHECKING:
    from defease.liability_index.curves_by_date import MinusLogs

SHORT_END, PIVOT, LONG_END = 2.0, 10.0, 30.0
"""Years whose risk-free rates say what level and slope are."""
ROWS_IN_BLOCK = 24
"""Months computed together: few enough for their numbers to stay in the processor's cache."""


class Stage(IntEnum):
    """Stages of a month's value, what was paid, what was due in money of the day, and the end."""

    START = 0
    AGED = 1
    ROLLED = 2
    LEVEL = 3
    SLOPE = 4
    RISK_FREE = 5
    END = 6
    FORWARD = 7
    PAID = 8
    DUE = 9
    REVALUED = 10


PRICED = Stage.REVALUED
"""How many stages a unit of fixed money has: inflation moves amounts, not what a unit is worth."""


@dataclass(frozen=True, eq=False)
class Months:
    """The dates of an index and the curves of each, ready to be read.

    Attributes
    ----------
    days
        Index dates, days since 1970, shape (dates,).
    liability, risk_free
        ``-ln P`` by row and time; `risk_free` is None when no such curve stands beside the basis.
    tenor_rates
        Annual effective rates at 2, 10 and 30 years of the risk-free curve (the basis's own
        without one), shape (dates, 3); None when the curves do not reach 30 years.
    """

    days: IntArray
    liability: MinusLogs
    risk_free: MinusLogs | None
    tenor_rates: FloatArray | None


def months_on(days: IntArray, curves: CurvesByDate, risk_free: CurvesByDate | None) -> Months:
    """Curves of the same dates made ready for `unit_values`."""
    liability = minus_logs_reader(curves)
    beside = None if risk_free is None else minus_logs_reader(risk_free)
    moving = curves if risk_free is None else risk_free
    rates = None
    if reaches(moving, LONG_END):
        times = np.tile([SHORT_END, PIVOT, LONG_END], (len(days), 1))
        logs = (beside or liability)(np.arange(len(days)), times)
        rates = read_only(np.expm1(logs / times))
    return Months(days, liability, beside, rates)


def unit_values(months: Months, rows: IntArray, ends: IntArray, due_days: IntArray) -> FloatArray:
    """Every stage but the last of one unit due on each day, shape (stages - 1, rows, due days).

    Row r runs from date ``rows[r]`` to date ``ends[r]``; where both are the same nothing happens
    and the stages repeat the value of that date.
    """
    starts_ahead = due_days - months.days[rows][:, None]
    ends_ahead = due_days - months.days[ends][:, None]
    due, unpaid = starts_ahead > 0, ends_ahead > 0
    # Payments made stand at one day here and are overwritten below.
    before = np.maximum(starts_ahead, 1) / DAYS_PER_YEAR
    after = np.maximum(ends_ahead, 1) / DAYS_PER_YEAR
    spans = (months.days[ends] - months.days[rows])[:, None] / DAYS_PER_YEAR
    values = np.empty((PRICED, *due.shape))
    start_logs = months.liability(rows, before)
    np.exp(-start_logs, out=values[Stage.START])
    np.exp(-start_logs * (after / before), out=values[Stage.AGED])
    growth = np.exp(months.liability(rows, spans))
    np.multiply(values[Stage.START], growth, out=values[Stage.FORWARD])
    _move_curves(months, (rows, ends), after, values)
    _settle(values, due, unpaid)
    return values


def _settle(values: FloatArray, due: BoolArray, unpaid: BoolArray) -> None:
    """Payments of the month count in full, those made before it not at all."""
    paid = due & ~unpaid
    for stage in range(Stage.AGED, Stage.PAID):
        np.copyto(values[stage], paid, where=~unpaid, casting="unsafe")
    values[Stage.START] *= due
    values[Stage.PAID] = paid
    values[Stage.DUE] = due


def _move_curves(
    months: Months, places: tuple[IntArray, IntArray], after: FloatArray, values: FloatArray
) -> None:
    """Stages ROLLED to END: the curve of the start, its risk-free part moved, and the end's."""
    rows, ends = places
    rolled_logs, end_logs = months.liability(rows, after), months.liability(ends, after)
    np.exp(-rolled_logs, out=values[Stage.ROLLED])
    np.exp(-end_logs, out=values[Stage.END])
    rates = np.expm1(rolled_logs / after)
    values[Stage.RISK_FREE] = values[Stage.END]
    if months.risk_free is not None:
        change = np.expm1(months.risk_free(ends, after) / after)
        change -= np.expm1(months.risk_free(rows, after) / after)
        values[Stage.RISK_FREE] = _at_rates(rates + change, after)
    if months.tenor_rates is None:
        values[Stage.LEVEL] = values[Stage.SLOPE] = values[Stage.ROLLED]
        return
    short, pivot, long = (months.tenor_rates[ends] - months.tenor_rates[rows]).T[:, :, None]
    rates += pivot
    values[Stage.LEVEL] = _at_rates(rates, after)
    lever = (np.clip(after, SHORT_END, LONG_END) - PIVOT) / (LONG_END - SHORT_END)
    rates += lever * (long - short)
    values[Stage.SLOPE] = _at_rates(rates, after)


def _at_rates(rates: FloatArray, times: FloatArray) -> FloatArray:
    if rates.size and not rates.min() > -1.0:
        what = f"moving the risk-free curve leaves a rate of {rates.min():.4g}"
        remedy = "check the units of both curve histories"
        raise ModelError(Problem(where="liability index", what=what, remedy=remedy))
    values: FloatArray = np.exp(-times * np.log1p(rates))
    return values
