"""Values, money durations and key rates of plans x dates x curves as matrix products, two ways.

`stacked_measures` is one product of all weightings for each curve.  `banded_measures` uses that
between two key rates only their two hats are not zero: a product for each block of valuation months
and interval between key rates does an eighth of the work.  Both give an array of the shape
(curves, 2 + tenors, dates, plans): present value, money duration, key-rate money durations.
Arguments are the same for all functions here: flows by month (months, plans), continuous zero rates
(curves, dates, terms), times of the terms in years, and the first valuation month.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only

if TYPE_CHECKING:
    from collections.abc import Iterator

DATES_IN_BLOCK = 12
"""Valuation months that share a product: enough rows to run at speed, few zeros at its corners.

It decides the last bit of results, so it is not an option: work is cut at multiples of it.
"""


@dataclass(frozen=True, eq=False)
class DatedTerms:
    """Times to the flows, zero rates for them, and the first month of the valuations.

    Attributes
    ----------
    times
        Years, shape (terms,).
    rates
        Continuously compounded, shape (curves, dates, terms).
    first
        Month of the flow table at whose start the first valuation is made.
    """

    times: FloatArray
    rates: FloatArray
    first: int = 0

    def blocks(self) -> Iterator[tuple[slice, int, FloatArray]]:
        """Dates, their first month and discount factors (curves, dates, terms), block by block."""
        dates = self.rates.shape[1]
        for start in range(0, dates, DATES_IN_BLOCK):
            block = slice(start, min(start + DATES_IN_BLOCK, dates))
            alive = len(self.times) - self.first - start
            factors = np.exp(-self.times[:alive] * self.rates[:, block, :alive])
            yield block, self.first + start, factors


@dataclass(frozen=True, eq=False)
class TenorBand:
    """Terms between two key rates, and the hats that are not zero there (one at either end).

    Attributes
    ----------
    terms, tenors
        Where the band lies on the axes of terms and tenors.
    weights
        Hat times years: what turns a discount factor into a key-rate duration, (tenors, terms).
    """

    terms: slice
    tenors: slice
    weights: FloatArray


def tenor_bands(times: FloatArray, tenors: FloatArray) -> list[TenorBand]:
    """The intervals before, between and after the tenors that hold any of the times."""
    ends = [0, *np.searchsorted(times, tenors, side="right").tolist(), len(times)]
    bands = []
    for right, (start, end) in enumerate(pairwise(ends)):
        if start == end:
            continue
        touched = slice(max(right - 1, 0), min(right + 1, len(tenors)))
        years = times[start:end]
        hats = np.ones((1, end - start))
        if touched.stop - touched.start > 1:
            low, high = tenors[touched]
            hats = np.stack([high - years, years - low]) / (high - low)
        bands.append(TenorBand(slice(start, end), touched, read_only(hats * years)))
    return bands


def banded_measures(by_month: FloatArray, terms: DatedTerms, tenors: FloatArray) -> FloatArray:
    """All measures by products over blocks of dates and intervals between key rates.

    The money duration is the sum of the key rates, which the hats make exact.
    """
    bands = tenor_bands(terms.times, tenors)
    curves, dates = terms.rates.shape[:2]
    measures: FloatArray = np.zeros((curves, 2 + len(tenors), dates, by_month.shape[1]))
    for block, month, factors in terms.blocks():
        values, durations, key_rates = np.split(measures[:, :, block], [1, 2], axis=1)
        values[:, 0] = months_apart_product(factors, by_month, month)
        for band in bands:
            within = factors[:, None, :, band.terms]
            weighted = within * band.weights[:, None, : within.shape[-1]]
            key_rates[:, band.tenors] += months_apart_product(
                weighted, by_month, month + band.terms.start
            )
        key_rates.sum(axis=1, keepdims=True, out=durations)
    return measures


def block_values(by_month: FloatArray, terms: DatedTerms) -> FloatArray:
    """Present values alone, shape (curves, dates, plans): the same bits as `banded_measures`."""
    curves, dates = terms.rates.shape[:2]
    values: FloatArray = np.empty((curves, dates, by_month.shape[1]))
    for block, month, factors in terms.blocks():
        values[:, block] = months_apart_product(factors, by_month, month)
    return values


def months_apart_product(weights: FloatArray, by_month: FloatArray, month: int) -> FloatArray:
    """Weighted sums of the flows ahead, where each date starts a month after the one before.

    ``result[..., d, plan] = sum_k weights[..., d, k] by_month[month + d + k, plan]``; flows after
    the last month are none.  The rows of all dates stand in one matrix, each moved one column on:
    zeros at two corners (dates - 1 columns) are the price of a single product.
    """
    *leading, dates, terms = weights.shape
    columns = min(terms + dates - 1, len(by_month) - month)
    if columns <= 0:
        return np.zeros((*leading, dates, by_month.shape[1]))
    moved = np.zeros((*leading, dates, columns))
    for date in range(min(dates, columns)):
        kept = min(terms, columns - date)
        moved[..., date, date : date + kept] = weights[..., date, :kept]
    product = moved.reshape(-1, columns) @ by_month[month : month + columns]
    return product.reshape(*leading, dates, by_month.shape[1])


def stacked_measures(by_month: FloatArray, terms: DatedTerms, tenors: FloatArray) -> FloatArray:
    """All measures by one product of 2 + tenors weightings for each curve: simple, the slow twin.

    The hats are interpolated unit vectors.  Months before a valuation weigh zero, and one curve's
    weights (2 + tenors, dates, months) are in memory at a time.
    """
    times = terms.times
    curves, dates = terms.rates.shape[:2]
    months, plans = by_month.shape
    hats = np.array([np.interp(times, tenors, unit) for unit in np.eye(len(tenors))])
    weightings = np.vstack([np.ones_like(times), times, hats * times])
    weights = np.zeros((len(weightings), dates, months))
    measures = np.empty((curves, len(weightings), dates, plans))
    for curve in range(curves):
        factors = np.exp(-times * terms.rates[curve])
        for date, month in enumerate(range(terms.first, terms.first + dates)):
            ahead = months - month
            np.multiply(weightings[:, :ahead], factors[date, :ahead], out=weights[:, date, month:])
        flat = measures[curve].reshape(-1, plans)
        np.matmul(weights.reshape(-1, months), by_month, out=flat)
    return measures
