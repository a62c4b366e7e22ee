"""Indices of many plans on many curves at once, from monthly flows on one calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, read_only
from defease.liability_index.parts import BASE_LEVEL
from defease.valuation import HistoryMeasures, measure_history

if TYPE_CHECKING:
    from defease.liability_index.parts import MaskedFloats
    from defease.valuation import FlowGrid, RateGrid


@dataclass(frozen=True, eq=False, kw_only=True)
class IndexGrid:
    """Monthly indices of plans x curves; made by `index_many_plans`.

    Attributes
    ----------
    measures
        Present values, durations and key rates at every date.
    returns
        ``(PV at the end + payments) / PV at the start - 1``, 0 where not meaningful, shape
        (curves, dates - 1, plans).
    meaningful
        Whether a month has a return, the same shape.
    """

    measures: HistoryMeasures
    returns: FloatArray
    meaningful: BoolArray

    @property
    def total_returns(self) -> MaskedFloats:
        """Returns of each month, masked where not meaningful."""
        return np.ma.masked_array(self.returns, mask=~self.meaningful)

    @property
    def levels(self) -> MaskedFloats:
        """100 at the first date, then chain-linked; masked after a month without a return."""
        curves, months, plans = self.returns.shape
        growth = np.full((curves, months + 1, plans), BASE_LEVEL)
        growth[:, 1:] = 1.0 + self.returns
        lost = growth <= 0.0
        lost[:, 1:] |= ~self.meaningful
        np.logical_or.accumulate(lost, axis=1, out=lost)
        growth[lost] = 1.0
        return np.ma.masked_array(np.cumprod(growth, axis=1, out=growth), mask=lost)


def index_many_plans(flows: FlowGrid, rates: RateGrid) -> IndexGrid:
    """The monthly return of every plan on every curve, with its value, duration and key rates.

    Date m stands at the start of month m of the flow grid, so the flow of month m is paid by date
    m + 1 and earns nothing after payment.

    Examples
    --------
    >>> from defease.curves import Compounding
    >>> from defease.valuation import flow_grid, rate_grid
    >>> flows = flow_grid([[0.0, 0.0, 100.0]])
    >>> rates = rate_grid([[[0.05] * 3] * 3], compounding=Compounding.ANNUAL)
    >>> grid = index_many_plans(flows, rates)
    >>> (grid.levels[0, :, 0] / 100).round(9).tolist(), round(1.05 ** (1 / 12), 9)
    ([1.0, 1.004074124, 1.008164846], 1.004074124)
    """
    measures = measure_history(flows, rates)
    values, meaningful = measures.present_values, measures.meaningful[:, :-1]
    months = values.shape[1] - 1
    returns = values[:, 1:] + flows.amounts[:, :months].T
    np.divide(returns, values[:, :-1], out=returns, where=meaningful)
    returns -= 1.0
    returns[~meaningful] = 0.0
    return IndexGrid(
        measures=measures, returns=read_only(returns), meaningful=read_only(meaningful.copy())
    )
