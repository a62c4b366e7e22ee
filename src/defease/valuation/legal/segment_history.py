"""Monthly segment rates: published, or derived from the monthly corporate (HQM) curve."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.curves import Compounding
from defease.curves.compounding import from_continuous, to_continuous
from defease.errors import Caution, bad_input
from defease.valuation.legal import rules
from defease.valuation.legal.hundredths import in_percent, is_printed, rounded_mean
from defease.valuation.legal.months import Month, listed, months_ending
from defease.valuation.legal.segment_rates import (
    SEGMENTS,
    SegmentRates,
    SegmentStage,
    SegmentStep,
    as_triple,
    boundaries_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from defease.valuation.legal.hundredths import Triple

SAME_NODE = 1e-6
FEWEST_NODES = 4
MEASURED_NODES = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0, 50.0, 75.0)
MEASURED_ERROR = 0.015
"""Percentage points by which a cubic spline through `MEASURED_NODES` misses the rates of the full
table at most, over the 395 months 1984-2016 (tests/published/test_segment_anchor.py)."""
YEARS_25 = 25
SEPTEMBER = 9


@dataclass(frozen=True, eq=False, kw_only=True)
class SegmentHistory:
    """Segment rates month by month, two decimals of a percent each.

    Attributes
    ----------
    rates
        First, second and third segment rate (decimals) by month.
    words
        Where they come from.
    """

    rates: Mapping[Month, Triple]
    words: str
    cautions: tuple[Caution, ...] = ()
    to_confirm: tuple[str, ...] = ()

    @property
    def span(self) -> str:
        """First and last month."""
        return f"{min(self.rates)} to {max(self.rates)}"

    def window(self, last: Month, count: int) -> tuple[Triple, ...]:
        """The rates of so many months up to `last`; missing months are refused by name."""
        months = months_ending(last, count)
        missing = tuple(month for month in months if month not in self.rates)
        if missing:
            asked = f"the {count} months {months[0]} to {last}" if count > 1 else f"month {last}"
            what = f"{asked} are asked for, {listed(missing)} missing (the file has {self.span})"
            remedy = "add the missing months; a hole is never filled by guessing"
            raise bad_input(where="segment rates", what=what, remedy=remedy)
        return tuple(self.rates[month] for month in months)

    def monthly(self, month: Month) -> SegmentRates:
        """The rates of one month."""
        rates = self.window(month, 1)[0]
        words = f"monthly segment rates of {month} ({self.words}): {in_percent(rates)}"
        return SegmentRates(
            steps=(SegmentStep(SegmentStage.MONTHLY, rates, words),),
            boundaries=boundaries_of(month.year),
            cautions=self.cautions,
            to_confirm=self.to_confirm,
        )

    def averaged(self, last: Month, count: int) -> SegmentRates:
        """The plain mean of so many monthly rates up to `last`, rounded half up.

        Examples
        --------
        >>> months = [Month(2025, 6), Month(2025, 7)]
        >>> table = published_segment_rates(
        ...     months, [[0.0443, 0.0546, 0.0613], [0.0438, 0.0541, 0.0613]], source="notices")
        >>> table.averaged(Month(2025, 7), 2).rates
        (0.0441, 0.0544, 0.0613)
        """
        means = _means(self.window(last, count))
        first = last.plus(1 - count)
        words = f"{count}-month average of {first} to {last} ({self.words}): {in_percent(means)}"
        newest = SegmentStep(SegmentStage.MONTHLY, self.rates[last], "")
        return SegmentRates(
            steps=(newest, SegmentStep(SegmentStage.AVERAGE, means, words)),
            boundaries=boundaries_of(last.year),
            cautions=self.cautions,
            to_confirm=self.to_confirm,
        )

    def average_of_25_years(self, plan_year: int) -> Triple:
        """Mean over the 25 years ending 30 September before the plan year, from this history.

        The published averages rest on the curves of their day; ours on this table alone.
        """
        last = Month(plan_year - 1, SEPTEMBER)
        return _means(self.window(last, 12 * YEARS_25))


def published_segment_rates(
    months: Sequence[Month], rates: npt.ArrayLike, *, source: str
) -> SegmentHistory:
    """Monthly segment rates as the notices print them, shape (months, 3), decimals.

    Raises
    ------
    InputError
        A month twice, or a rate with more than two decimals of a percent.
    """
    table = _table(months, rates, columns=SEGMENTS, source=source)
    for month, row in zip(months, table, strict=True):
        for rate in row:
            if not is_printed(rate, where=f"{source}: {month}"):
                what = f"{100 * rate:g}% has more than two decimals of a percent"
                remedy = "give the rates as published, such as 4.86"
                raise bad_input(where=f"{source}: {month}", what=what, remedy=remedy)
    triples = [as_triple(list(row), where=source) for row in table]
    return SegmentHistory(rates=dict(zip(months, triples, strict=True)), words=source)


def hqm_segment_rates(
    months: Sequence[Month], maturities: npt.ArrayLike, rates: npt.ArrayLike, *, source: str
) -> SegmentHistory:
    """Monthly segment rates from monthly corporate (HQM) spot curves.

    Each rate is the plain mean of the quoted spot rates at the half-year nodes of its segment
    (0.5-5, 5.5-20, 20.5-60 years), rounded half up to two decimals of a percent, without any
    conversion of compounding.  A table without all these nodes is filled by a cubic spline of the
    continuously compounded zero rates, and a caution says so.

    Parameters
    ----------
    months : sequence of Month
        Shape (n,).
    maturities : array-like
        Years, rising, shape (m,).
    rates : array-like
        Quoted spot rates (semiannual), decimals, shape (n, m).
    source : str
        Where they come from, for the page.

    Examples
    --------
    >>> import numpy as np
    >>> terms = np.arange(1, 121) / 2
    >>> curve = np.where(terms <= 5, 0.02, np.where(terms <= 20, 0.04, 0.05))
    >>> hqm_segment_rates([Month(2025, 7)], terms, [curve], source="hqm.csv").monthly(
    ...     Month(2025, 7)).rates
    (0.02, 0.04, 0.05)
    """
    years = frozen_floats(maturities, name=f"{source}: maturities")
    table = _table(months, rates, columns=len(years), source=source)
    rule = rules.segment_derivation(max(months).year)
    wanted = [np.arange(first, last + rule.step / 2, rule.step) for first, last in rule.nodes]
    nodes, cautions = _at_nodes(years, table, np.concatenate(wanted), source=source)
    ends = np.cumsum([len(part) for part in wanted])
    parts = np.split(nodes, ends[:-1], axis=1)
    triples = [
        as_triple([rounded_mean(part[row], where=source) for part in parts], where=source)
        for row in range(len(months))
    ]
    return SegmentHistory(
        rates=dict(zip(months, triples, strict=True)),
        words=f"means of HQM spot rates, {source}",
        cautions=cautions,
        to_confirm=(rule.source,) if rule.to_confirm else (),
    )


def hqm_curve_segment_rates(
    maturities: npt.ArrayLike, rates: npt.ArrayLike, *, month: Month, source: str
) -> SegmentRates:
    """Segment rates of one monthly corporate (HQM) curve: no average, no corridor yet.

    Parameters
    ----------
    maturities, rates : array-like
        Years, rising, and quoted spot rates (semiannual), decimals, shape (m,).
    month : Month
        The month of the curve; that of the valuation when the file does not say.
    """
    quoted = frozen_floats(rates, name=source)
    return hqm_segment_rates([month], maturities, quoted[None, :], source=source).monthly(month)


def _means(window: Sequence[Triple]) -> Triple:
    columns = zip(*window, strict=True)
    means = [rounded_mean(column, where="segment rates") for column in columns]
    return as_triple(means, where="segment rates")


def _table(
    months: Sequence[Month], rates: npt.ArrayLike, *, columns: int, source: str
) -> FloatArray:
    table = frozen_floats(rates, name=source)
    if not months:
        raise bad_input(where=source, what="holds no month", remedy="give at least one month")
    if table.shape != (len(months), columns):
        what = f"{len(months)} months and {columns} columns, but a table of shape {table.shape}"
        raise bad_input(where=source, what=what, remedy="give one row for each month")
    twice = sorted(month for month, count in Counter(months).items() if count > 1)
    if twice:
        what = f"{listed(tuple(twice))} more than once"
        raise bad_input(where=source, what=what, remedy="keep one row for each month")
    return table


def _at_nodes(
    years: FloatArray, table: FloatArray, wanted: FloatArray, *, source: str
) -> tuple[FloatArray, tuple[Caution, ...]]:
    """Quoted rates at the nodes wanted, shape (months, nodes): taken, or filled by a spline."""
    _check_terms(years, wanted, source=source)
    place = np.minimum(np.searchsorted(years, wanted - SAME_NODE), len(years) - 1)
    given = np.abs(years[place] - wanted) <= SAME_NODE
    if given.all():
        return table[:, place], ()
    filled = _spline(years, table, wanted)
    filled[:, given] = table[:, place[given]]
    return read_only(filled), (_few_nodes(years, int(given.sum()), len(wanted), source=source),)


def _check_terms(years: FloatArray, wanted: FloatArray, *, source: str) -> None:
    if len(years) < FEWEST_NODES or not (np.diff(years) > 0).all():
        what = f"{len(years)} maturities, not rising or fewer than {FEWEST_NODES}"
        raise bad_input(where=source, what=what, remedy="give rising maturities in years")
    if years[0] > wanted[0] + SAME_NODE or years[-1] < wanted[-1] - SAME_NODE:
        what = f"maturities {years[0]:g} to {years[-1]:g} years"
        remedy = f"segment rates need the curve from {wanted[0]:g} to {wanted[-1]:g} years"
        raise bad_input(where=source, what=what, remedy=remedy)


def _spline(years: FloatArray, table: FloatArray, wanted: FloatArray) -> FloatArray:
    from scipy.interpolate import CubicSpline

    zero = to_continuous(table, Compounding.SEMIANNUAL)
    between: FloatArray = CubicSpline(years, zero, axis=1)(wanted)
    return np.array(from_continuous(between, Compounding.SEMIANNUAL))


def _few_nodes(years: FloatArray, given: int, wanted: int, *, source: str) -> Caution:
    measured = all(np.abs(years - node).min() <= SAME_NODE for node in MEASURED_NODES)
    size = (
        f"in 395 published months this moves a segment rate by at most {MEASURED_ERROR} "
        "percentage points"
        if measured
        else "the error of these maturities has not been measured; 11 well-placed ones from 0.5 to "
        f"75 years are within {MEASURED_ERROR} percentage points"
    )
    message = f"{source}: {given} of the {wanted} half-year nodes are given; a cubic spline fills: "
    return Caution("few_hqm_nodes", message + size)
