"""The file of `haircut_table`: how likely bonds of each rating are to default, and what is left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from defease.bonds.ratings import RATINGS, TREASURY, UNRATED, parse_rating
from defease.errors import Caution, InputError
from defease.inputs.columns import ColumnReader
from defease.inputs.tables import Table
from defease.matching.haircut import CumulativeLossTable, ExpectedLossTable, LossTable

USUAL_RECOVERY = 0.4
USUAL_UNRATED = "BB"
INTENSITIES = ("intensity", "intensity_pct")
KNOWN = ("rating", "recovery", "source", *INTENSITIES)
Series = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class LossTableReading:
    """Default probabilities by rating, and what has to be said about them."""

    losses: LossTable
    cautions: tuple[Caution, ...]
    understood: str


def read_loss_table(table: Table, *, as_of: dt.date) -> LossTableReading:
    r"""Yearly intensities (`rating,intensity`) or cumulative probabilities (`rating,1,2,3,...`).

    Numbers are decimals unless they carry % signs (or the heading is intensity_pct).  A row NR
    serves bonds without a rating; `recovery` is one share for all, 40% where it is not given.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> text = b"rating,1,2,3,recovery\nA,0.1%,0.3%,0.5%,40%\nBBB,0.2%,0.6%,1.1%,40%\n"
    >>> reading = read_loss_table(read_csv(text, source="losses.csv"), as_of=dt.date(2025, 12, 31))
    >>> reading.understood
    'cumulative default probabilities of 2 ratings over 3 years, recovery 40%'
    """
    reader = ColumnReader(table)
    years = sorted((name for name in table.columns if name.isdigit()), key=int)
    intensity = next((name for name in INTENSITIES if name in reader), "")
    reader.expect(required=["rating"], known=[*KNOWN, *years])
    _check_form(reader, years, intensity)
    ratings = _ratings(reader)
    series = _series(reader, years or [intensity])
    recovery = _recovery(reader)
    if years:
        _check_rising(reader, years, series)
    reader.finish()
    unrated_as = _unrated_as(reader, ratings)
    rows = dict(zip(ratings, series, strict=True))
    known = (table.source, as_of, f"file {table.source} of the plan", recovery)
    losses: LossTable = (
        CumulativeLossTable(*known, cumulative=rows, unrated_as=unrated_as)
        if years
        else ExpectedLossTable(
            *known, intensities={r: s[0] for r, s in rows.items()}, unrated_as=unrated_as
        )
    )
    over = f" over {len(years)} years" if years else " a year"
    kind = "cumulative default probabilities" if years else "default intensities"
    return LossTableReading(
        losses=losses,
        cautions=tuple(reader.cautions),
        understood=f"{kind} of {len(rows)} ratings{over}, recovery {100 * recovery:g}%",
    )


def _check_form(reader: ColumnReader, years: list[str], intensity: str) -> None:
    if bool(years) == bool(intensity):
        what = "has both intensities and years" if years else "has neither an intensity nor years"
        remedy = "give a column intensity, or cumulative probabilities in columns 1, 2, 3, ..."
        reader.file_problem(what, remedy)
    elif years and [int(year) for year in years] != list(range(1, len(years) + 1)):
        what = f"has the years {', '.join(years)}"
        reader.file_problem(what, "give every year from 1 to the last, none left out")
    reader.finish()


def _ratings(reader: ColumnReader) -> list[str]:
    found: list[str] = []
    for row, text in enumerate(reader.texts("rating", required=True)):
        rating = _rating(reader, row, text)
        if rating in found:
            reader.problem(row, "rating", f"{text!r} stands twice", "keep one row")
        found.append(rating)
    if not any(rating in RATINGS for rating in found):
        reader.file_problem("has no rated row", "give a row for each rating bucket")
    return found


def _rating(reader: ColumnReader, row: int, text: str) -> str:
    try:
        rating = parse_rating(text)
    except InputError as error:
        problem = error.problems[0]
        reader.problem(row, "rating", problem.what, problem.remedy)
        return text
    if rating == TREASURY:
        reader.problem(row, "rating", "Treasuries always count in full", "take the row out")
    return rating


def _series(reader: ColumnReader, names: list[str]) -> list[Series]:
    """The numbers of each row as decimals."""
    return list(zip(*(reader.shares(name) for name in names), strict=True))


def _check_rising(reader: ColumnReader, years: list[str], series: list[Series]) -> None:
    for row, probabilities in enumerate(series):
        for year, (before, after) in zip(years[1:], pairwise(probabilities), strict=True):
            if after < before:
                what = f"{after:g} is below {before:g} of the year before"
                remedy = "give cumulative probabilities, which never fall"
                reader.problem(row, year, what, remedy)


def _recovery(reader: ColumnReader) -> float:
    """The one share recovered after default."""
    if "recovery" not in reader:
        message = f"{reader.table.source}: no recovery given; 40% is assumed"
        reader.cautions.append(Caution("recovery_assumed", message))
        return USUAL_RECOVERY
    given = reader.shares("recovery")
    if len(set(given)) > 1:
        listed = ", ".join(f"{share:g}" for share in sorted(set(given))[:3])
        remedy = "give one recovery for all ratings"
        reader.file_problem(f"has several recoveries ({listed})", remedy)
    return given[0]


def _unrated_as(reader: ColumnReader, ratings: list[str]) -> str:
    """What bonds without a rating count as: their own row, else BB, else the worst row."""
    if UNRATED in ratings:
        return UNRATED
    worst = max((rating for rating in ratings if rating in RATINGS), key=RATINGS.index)
    counted_as = USUAL_UNRATED if USUAL_UNRATED in ratings else worst
    message = f"{reader.table.source}: bonds without a rating count as {counted_as} (no row NR)"
    reader.cautions.append(Caution("unrated_losses", message))
    return counted_as
