"""The consumer price index as inflation-linked bonds use it: lagged, interpolated by day, rounded.

Source: 31 CFR part 356, appendix B, section I.B (index ratios, reference CPI, and what happens when
a CPI is not published in time).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import DateArray, FloatArray, frozen_dates, frozen_floats, read_only
from defease.dates import days_in_month
from defease.errors import Caution, bad_input

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

LAG_MONTHS = 3
DECIMALS = 5
YEAR = 12


@dataclass(frozen=True, eq=False)
class CpiSeries:
    """Monthly price index levels without a gap; made by `cpi_series`.

    Attributes
    ----------
    first_month
        Month of the first level (datetime64[M]).
    levels
        One level for each month from then on.
    cautions
        What was projected instead of published.
    """

    first_month: np.datetime64
    levels: FloatArray
    cautions: tuple[Caution, ...] = ()

    @property
    def last_month(self) -> np.datetime64:
        """The latest month known."""
        month: np.datetime64 = self.first_month + (len(self.levels) - 1)
        return month

    def level_of(self, months: npt.NDArray[np.datetime64]) -> FloatArray:
        """The index of each month; a month outside the series is refused by name."""
        given = months.astype("datetime64[M]")
        position = (given - self.first_month).astype(np.int64)
        outside = np.flatnonzero((position < 0) | (position >= len(self.levels)))
        if outside.size:
            what = f"has no index for {given.flat[int(outside[0])]}"
            remedy = f"it covers {self.first_month} to {self.last_month}; add the month"
            raise bad_input(where="CPI", what=what, remedy=remedy)
        return self.levels[position]

    def reference_on(self, days: DateArray | Iterable[dt.date]) -> FloatArray:
        """Reference CPI of each day, rounded to five decimals.

        On day d of month m with D days: ``CPI(m-3) + (d - 1)/D [CPI(m-2) - CPI(m-3)]``.

        Examples
        --------
        >>> series = cpi_series(["1997-04", "1997-05"], [160.2, 160.1])
        >>> series.reference_on([dt.date(1997, 7, 15)])
        array([160.15484])
        """
        when = frozen_dates(days)
        months = when.astype("datetime64[M]")
        elapsed = (when - months.astype("datetime64[D]")).astype(np.float64)
        early = self.level_of(months - LAG_MONTHS)
        # The first of a month needs one level only: the later one may not be published yet.
        later = self.level_of(np.where(elapsed > 0, months - (LAG_MONTHS - 1), months - LAG_MONTHS))
        share = elapsed / days_in_month(months)
        return read_only(np.round(early + share * (later - early), DECIMALS))

    def index_ratios(self, days: DateArray | Iterable[dt.date], *, base_cpi: float) -> FloatArray:
        """Reference CPI over the bond's base CPI, cut after six decimals and rounded to five.

        Examples
        --------
        >>> series = cpi_series(["1997-04", "1997-05", "1997-06"], [160.2, 160.1, 160.3])
        >>> series.index_ratios([dt.date(1997, 8, 1)], base_cpi=160.15484)
        array([0.99966])
        """
        return index_ratios(self.reference_on(days), base_cpi)


def index_ratios(reference: FloatArray, base_cpi: npt.ArrayLike) -> FloatArray:
    """``reference CPI / base CPI``, cut after six decimals and rounded to five."""
    base = frozen_floats(base_cpi, name="base CPI")
    if not (base > 0).all():
        remedy = "give the reference CPI of the bond's dated date"
        raise bad_input(where="base CPI", what="is not above 0", remedy=remedy)
    # The tiny addition undoes divisions that end just below a six-decimal number.
    cut = np.floor(reference / base * 1e6 + 1e-9)
    return read_only(np.floor((cut + 5) / 10) / 1e5)


def cpi_series(
    months: Sequence[str] | npt.NDArray[np.datetime64],
    levels: npt.ArrayLike,
    *,
    projected: dict[str, float] | None = None,
) -> CpiSeries:
    """Monthly index levels, checked to be without a gap.

    Parameters
    ----------
    months
        "1997-04" and so on, in order.
    levels
        Index levels, above 0.
    projected
        Levels that stand for months never published (2025-10): declared by the caller, announced
        in the cautions, and never replacing a published level.

    Raises
    ------
    InputError
        For a missing month, by name, and for a projection of a published one.

    Examples
    --------
    >>> cpi_series(["2025-09", "2025-11"], [324.8, 324.122])
    Traceback (most recent call last):
    ...
    defease.errors.InputError: CPI: 2025-10 is missing; declare a projection for it
    """
    given = np.asarray(months, dtype="datetime64[M]")
    index = frozen_floats(levels, name="CPI")
    _check(given, index)
    extra = np.array(sorted(projected or {}), dtype="datetime64[M]")
    twice = np.intersect1d(given, extra)
    if twice.size:
        remedy = "leave the projection out"
        raise bad_input(where="CPI", what=f"{twice[0]} is published", remedy=remedy)
    amounts = [projected[str(month)] for month in extra] if projected else []
    every, values = np.append(given, extra), np.append(index, np.array(amounts, dtype=np.float64))
    order = np.argsort(every)
    every, values = every[order], values[order]
    _check(every, values)
    gaps = np.flatnonzero(np.diff(every).astype(np.int64) != 1)
    if gaps.size:
        what = f"{every[int(gaps[0])] + 1} is missing"
        raise bad_input(where="CPI", what=what, remedy="declare a projection for it")
    cautions = tuple(
        Caution("cpi_projected", f"CPI of {month} is a projection ({level:g}), not a published one")
        for month, level in zip(extra, amounts, strict=True)
    )
    return CpiSeries(every[0], read_only(values), cautions)


def replacement_level(series: CpiSeries) -> float:
    """The level that the US rules put in the place of the month after the series' last.

    ``CPI(M) = CPI(M-1) [CPI(M-1) / CPI(M-13)]^(1/12)``: last year's inflation goes on for a month;
    to three decimals as published.

    Examples
    --------
    >>> months = np.arange("2024-09", "2025-10", dtype="datetime64[M]")
    >>> levels = 315.301 * (324.8 / 315.301) ** (np.arange(13) / 12)
    >>> replacement_level(cpi_series(months, levels))
    325.604
    """
    if len(series.levels) <= YEAR:
        what = f"{len(series.levels)} months do not cover a year of inflation"
        raise bad_input(where="CPI", what=what, remedy="give at least 13 months")
    latest, before = float(series.levels[-1]), float(series.levels[-1 - YEAR])
    return round(float(latest * (latest / before) ** (1.0 / YEAR)), 3)


def _check(months: npt.NDArray[np.datetime64], levels: FloatArray) -> None:
    if len(months) != len(levels) or not len(months):
        what = f"{len(months)} months and {len(levels)} levels"
        raise bad_input(where="CPI", what=what, remedy="give one level for each month")
    if not levels.min() > 0:
        worst = months[int(levels.argmin())]
        remedy = "leave a month out that is not published"
        raise bad_input(where="CPI", what=f"{worst} is {levels.min():g}", remedy=remedy)
    wrong = np.flatnonzero(np.diff(months).astype(np.int64) <= 0)
    if wrong.size:
        what = f"{months[int(wrong[0]) + 1]} comes twice or out of order"
        raise bad_input(where="CPI", what=what, remedy="give each month once, in order")
