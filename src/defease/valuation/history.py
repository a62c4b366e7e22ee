"""Present value, duration and key rates of many plans at many dates on many curves at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, read_only
from defease.errors import bad_input
from defease.valuation.discounting import SMALLEST_MEANINGFUL_SHARE
from defease.valuation.history_products import (
    DATES_IN_BLOCK,
    DatedTerms,
    banded_measures,
    block_values,
)
from defease.valuation.key_rates import KEY_RATE_TENORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from defease.valuation.history_grids import FlowGrid, RateGrid

LARGEST_LOGARITHM = math.log(np.finfo(np.float64).max) - 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class HistoryMeasures:
    """What each plan was worth at each date on each curve, and how that moves.

    Money figures always hold; the ratio needs a present value above 1% of ``sum |PV_j|``.

    Attributes
    ----------
    first_date
        Month of the flow grid at whose start the first valuation is made.
    present_values
        ``sum CF_j exp(-r_j t_j)``, plan currency, shape (curves, dates, plans).
    money_durations
        ``sum t_j PV_j``: money lost for a parallel rise of continuous spot rates, per unit of
        rate, the same shape.
    key_rate_tenors
        Years, shape (tenors,).
    key_rate_money_durations
        ``sum hat(t_j) t_j PV_j``: the same for a rise of continuous spot rates around each tenor;
        they add up to `money_durations`; shape (tenors, curves, dates, plans).
    meaningful
        Whether ratios to the present value say anything, shape (curves, dates, plans).
    """

    first_date: int
    present_values: FloatArray
    money_durations: FloatArray
    key_rate_tenors: FloatArray
    key_rate_money_durations: FloatArray
    meaningful: BoolArray

    @property
    def fisher_weil_durations(self) -> np.ma.MaskedArray[Any, np.dtype[np.float64]]:
        """Money duration over present value, years; masked where that is not meaningful."""
        ratios = np.divide(
            self.money_durations,
            self.present_values,
            out=np.zeros_like(self.present_values),
            where=self.meaningful,
        )
        return np.ma.masked_array(ratios, mask=~self.meaningful)


def measure_history(
    flows: FlowGrid, rates: RateGrid, *, tenors: Sequence[float] = KEY_RATE_TENORS
) -> HistoryMeasures:
    """Value, money duration and key rates of every plan, at every date, on every curve.

    Date m values the flows of month m and after, from the start of month m: the flow of month k is
    ``(k - m + 1)/12`` years away, or ``(k - m + 1/2)/12`` in a mid-month grid.  Beside the result
    (8 bytes a number) only a year of valuation dates is in memory at a time; where the result is
    too large take `history_by_year`.

    Examples
    --------
    >>> from defease.curves import Compounding
    >>> from defease.valuation import flow_grid, rate_grid
    >>> flows = flow_grid([[100.0] * 24, [0.0] * 23 + [100.0]])
    >>> rates = rate_grid([[[0.05] * 24] * 13], compounding=Compounding.ANNUAL)
    >>> history = measure_history(flows, rates)
    >>> history.present_values.shape, history.key_rate_money_durations.shape
    ((1, 13, 2), (12, 1, 13, 2))
    >>> history.present_values[0, [0, 12], 1].round(4)
    array([90.7029, 95.2381])
    >>> history.fisher_weil_durations[0, [0, 12], 1].round(6).tolist()
    [2.0, 1.0]
    """
    nodes = _checked_tenors(tenors)
    terms = _checked_terms(flows, rates)
    return _measured(flows, terms, nodes, np.ascontiguousarray(flows.amounts.T))


def history_by_year(
    flows: FlowGrid, rates: RateGrid, *, tenors: Sequence[float] = KEY_RATE_TENORS
) -> Iterator[HistoryMeasures]:
    """`measure_history` in pieces of twelve dates, the same bits, for results beyond memory.

    Examples
    --------
    >>> from defease.curves import Compounding
    >>> from defease.valuation import flow_grid, rate_grid
    >>> flows = flow_grid([[100.0] * 24])
    >>> rates = rate_grid([[[0.05] * 24] * 18], compounding=Compounding.ANNUAL)
    >>> [(year.first_date, year.present_values.shape) for year in history_by_year(flows, rates)]
    [(0, (1, 12, 1)), (12, (1, 6, 1))]
    """
    nodes = _checked_tenors(tenors)
    terms = _checked_terms(flows, rates)
    by_month = np.ascontiguousarray(flows.amounts.T)
    starts = range(0, rates.dates, DATES_IN_BLOCK)
    pieces = (
        DatedTerms(terms.times, terms.rates[:, start : start + DATES_IN_BLOCK], start)
        for start in starts
    )
    return (_measured(flows, piece, nodes, by_month) for piece in pieces)


def value_history(flows: FlowGrid, rates: RateGrid) -> FloatArray:
    """Present values alone, shape (curves, dates, plans): those of `measure_history`.

    Examples
    --------
    >>> from defease.curves import Compounding
    >>> from defease.valuation import flow_grid, rate_grid
    >>> rates = rate_grid([[[0.0] * 3] * 3], compounding=Compounding.CONTINUOUS)
    >>> value_history(flow_grid([[100.0, 20.0, 3.0]]), rates)[0, :, 0]
    array([123.,  23.,   3.])
    """
    terms = _checked_terms(flows, rates)
    return read_only(block_values(np.ascontiguousarray(flows.amounts.T), terms))


def _measured(
    flows: FlowGrid, terms: DatedTerms, tenors: FloatArray, by_month: FloatArray
) -> HistoryMeasures:
    measures = read_only(banded_measures(by_month, terms, tenors))
    values = measures[:, 0]
    return HistoryMeasures(
        first_date=terms.first,
        present_values=values,
        money_durations=measures[:, 1],
        key_rate_tenors=tenors,
        key_rate_money_durations=measures[:, 2:].transpose(1, 0, 2, 3),
        meaningful=read_only(_meaningful(flows, terms, values)),
    )


def _meaningful(flows: FlowGrid, terms: DatedTerms, values: FloatArray) -> BoolArray:
    """As for a single stream; absolute present values are needed only where signs differ."""
    meaningful: BoolArray = values > 0.0
    mixed = (flows.amounts < 0.0).any(axis=1)
    if mixed.any():
        sizes = block_values(np.ascontiguousarray(np.abs(flows.amounts[mixed]).T), terms)
        meaningful[..., mixed] = values[..., mixed] > SMALLEST_MEANINGFUL_SHARE * sizes
    return meaningful


def _checked_tenors(tenors: Sequence[float]) -> FloatArray:
    nodes = np.array(tenors, dtype=np.float64)
    if nodes.ndim != 1 or not nodes.size or not np.isfinite(nodes).all() or nodes[0] <= 0:
        what = "tenors are not a list of years above 0"
        raise bad_input(where="key rates", what=what, remedy="give years such as (2, 5, 10, 30)")
    if (np.diff(nodes) <= 0).any():
        what = "tenors do not increase"
        raise bad_input(where="key rates", what=what, remedy="sort them, each once")
    return read_only(nodes)


def _checked_terms(flows: FlowGrid, rates: RateGrid) -> DatedTerms:
    if rates.dates > flows.months:
        what = f"{rates.dates} valuation dates but flows of {flows.months} months"
        remedy = "value at the start of months that have flows, or add months of zeros"
        raise bad_input(where="liability history", what=what, remedy=remedy)
    if rates.terms < flows.months:
        what = f"rates reach {rates.terms} months ahead, flows {flows.months}"
        remedy = "give a rate for every month that has a flow; how to extend a curve is a choice"
        raise bad_input(where="liability history", what=what, remedy=remedy)
    times = flows.times
    used = rates.continuous_spot_rates[:, :, : flows.months]
    _require_representable(flows, float(times[-1]), float(used.min()))
    return DatedTerms(times, used)


def _require_representable(flows: FlowGrid, last_time: float, lowest_rate: float) -> None:
    """No sum can overflow: ``sum |CF| exp(-min r T) max(T, 1)`` bounds every measure."""
    with np.errstate(over="ignore"):
        largest = float(np.abs(flows.amounts).sum(axis=1).max())
    if largest == 0.0:
        return
    growth = max(-lowest_rate, 0.0) * last_time
    if not math.log(largest) + growth + math.log(max(last_time, 1.0)) < LARGEST_LOGARITHM:
        what = (
            f"amounts adding up to {largest:.3g} at rates down to {lowest_rate:.3g} "
            f"over {last_time:.0f} years are too large to compute with"
        )
        remedy = "give amounts in plan currency and rates as decimals (0.045 for 4.5%)"
        raise bad_input(where="liability history", what=what, remedy=remedy)
