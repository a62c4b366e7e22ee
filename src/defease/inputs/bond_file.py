"""Bond files: the universe that may be bought and the bonds that are held."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from defease.arrays import BoolArray, DateArray, FloatArray, frozen_floats
from defease.bonds import BondUniverse, LinkedUniverse
from defease.errors import Caution
from defease.inputs.bond_columns import (
    BondKind,
    day_counts,
    frequencies,
    identifiers,
    kinds,
    no_duplicates,
    one_currency,
    ratings,
)
from defease.inputs.bond_quotes import (
    YIELDS,
    YIELDS_TO_WORST,
    callable_bonds,
    price_columns,
    prices,
    quote_columns,
)
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.refusing import refuse, within
from defease.inputs.tables import Table

KNOWN = (
    "identifier", "issuer", "sector", "rating", "coupon", "coupon_pct", "maturity", "price", "face",
    "frequency", "day_count", "accrued", "settlement", "bid", "ask", "kind", "first_coupon",
    "issue_date", "base_cpi", "outstanding", "offered", "country", "currency", "callable",
    "call_date", "watch", "identifier_type", *YIELDS, *YIELDS_TO_WORST,
)  # fmt: skip
_OPTIONAL = NumberRule(missing=Missing.ALLOWED, remedy="correct the value or leave it empty")
_OPTIONAL_AMOUNT = NumberRule(
    missing=Missing.ALLOWED, above=0.0, remedy="leave it empty if unknown"
)
_OFFERED = NumberRule(
    missing=Missing.ALLOWED,
    at_least=0.0,
    remedy="give the face amount on offer, 0 for none, or leave it empty if unknown",
)
_FACE = NumberRule(above=0.0, remedy="give the face amount held")
_VALUE_ELSEWHERE = "give its price, or take the holding out and state its value in market_value"
_NOT_NOMINAL: dict[BondKind, str] = {
    BondKind.TIPS: "inflation-linked: pays by a price index, not a known amount",
    BondKind.FRN: "floating-rate: pays by a market rate, not a known amount",
}
_NOT_LINKED: dict[BondKind, str] = {
    kind: f"not inflation-linked (kind {kind})" for kind in BondKind if kind is not BondKind.TIPS
}
NO_PRICE = "no price"
MATURED = "matured on or before settlement"
MATURED_REMEDY = "take it out of the holdings: what it repaid is cash by now"


@dataclass(frozen=True, slots=True)
class ExcludedBond:
    """A row of the file that is not in the universe, and why."""

    identifier: str
    reason: str


@dataclass(frozen=True, eq=False, kw_only=True)
class LinkedReading:
    """Inflation-linked bonds, the rows left out, and what has to be said."""

    bonds: LinkedUniverse
    excluded: tuple[ExcludedBond, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class BondReading:
    """Bonds, face amounts held (empty for a universe), exclusions and what has to be said."""

    bonds: BondUniverse
    faces: FloatArray
    excluded: tuple[ExcludedBond, ...]
    cautions: tuple[Caution, ...]
    understood: str

    @property
    def market_value(self) -> float:
        """What the faces held are worth: clean price plus accrued interest."""
        return float((self.faces / 100.0 * self.bonds.dirty_prices).sum())


def read_universe(table: Table, *, settlement: dt.date, currency: str = "USD") -> BondReading:
    r"""The bonds that may be bought; rows without a price or not modelled are listed, not guessed.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> text = b"identifier,coupon,maturity,price\na,0.04,2030-06-30,99.5\nb,0.04,2031-06-30,\n"
    >>> table = read_csv(text, source="bonds.csv")
    >>> reading = read_universe(table, settlement=dt.date(2025, 12, 31))
    >>> reading.bonds.identifiers, reading.excluded
    (('a',), (ExcludedBond(identifier='b', reason='no price'),))
    """
    return _read(table, settlement, currency, held=False)


def read_holdings(table: Table, *, settlement: dt.date, currency: str = "USD") -> BondReading:
    """The bonds held, with face amounts; every holding needs a price, lots may repeat a bond."""
    return _read(table, settlement, currency, held=True)


def read_linked(table: Table, *, settlement: dt.date, currency: str = "USD") -> LinkedReading:
    r"""The inflation-linked bonds of a file (kind tips), by real prices and their base CPI.

    Examples
    --------
    >>> from defease.inputs.csv_reader import read_csv
    >>> text = b"identifier,coupon,maturity,price,kind,base_cpi\na,0.01,2030-07-15,99,tips,256.5\n"
    >>> table = read_csv(text, source="tips.csv")
    >>> reading = read_linked(table, settlement=dt.date(2025, 12, 31))
    >>> reading.bonds.real.identifiers, reading.bonds.base_cpi.tolist()
    (('a',), [256.5])
    """
    reader = ColumnReader(table)
    rows = _rows(reader, settlement, currency, _Wanted.LINKED)
    kept = _kept(table, rows, "inflation-linked bond")
    excluded = _excluded(rows)
    return LinkedReading(
        bonds=LinkedUniverse(_bonds(table, rows, kept), rows.base_cpi[kept]),
        excluded=excluded,
        cautions=(*reader.cautions, *_say_excluded(table.source, excluded)),
    )


def _read(table: Table, settlement: dt.date, currency: str, *, held: bool) -> BondReading:
    reader = ColumnReader(table)
    rows = _rows(reader, settlement, currency, _Wanted.HELD if held else _Wanted.NOMINAL)
    kept = _kept(table, rows, "bond")
    excluded = _excluded(rows)
    bonds = _bonds(table, rows, kept)
    return BondReading(
        bonds=bonds,
        faces=frozen_floats(rows.faces[kept] if held else rows.faces, name="face"),
        excluded=excluded,
        cautions=(
            *reader.cautions,
            *_say_excluded(table.source, excluded),
            *_say_not_offered(table.source, bonds),
        ),
        understood=_understood(bonds, len(table), rows.settlement),
    )


class _Wanted(Enum):
    """What a file is read for."""

    NOMINAL = "a universe of bonds with known payments"
    HELD = "holdings of such bonds"
    LINKED = "a universe of inflation-linked bonds"


@dataclass(frozen=True, eq=False)
class _Rows:
    """All rows of a file by column, why some cannot be used, and the day they settle."""

    texts: dict[str, list[Any]]
    columns: dict[str, npt.NDArray[Any]]
    faces: FloatArray
    base_cpi: FloatArray
    reasons: list[str]
    settlement: dt.date


def _kept(table: Table, rows: _Rows, noun: str) -> list[int]:
    kept = [row for row, reason in enumerate(rows.reasons) if not reason]
    if not kept:
        refuse(table.source, f"holds no {noun} with a price", "add prices, or check the dates")
    return kept


def _excluded(rows: _Rows) -> tuple[ExcludedBond, ...]:
    named = zip(rows.texts["identifiers"], rows.reasons, strict=True)
    return tuple(ExcludedBond(name, reason) for name, reason in named if reason)


def _bonds(table: Table, rows: _Rows, kept: list[int]) -> BondUniverse:
    return _universe(
        table.source,
        settlement=rows.settlement,
        **{name: column[kept] for name, column in rows.columns.items()},
        **{name: tuple(column[row] for row in kept) for name, column in rows.texts.items()},
    )


def _rows(reader: ColumnReader, settlement: dt.date, currency: str, wanted: _Wanted) -> _Rows:
    coupon, held = _coupon_column(reader), wanted is _Wanted.HELD
    required = ["identifier", coupon, "maturity", *price_columns(reader)]
    reader.expect(required=[*required, *(["face"] if held else [])], known=KNOWN)
    one_currency(reader, currency)
    of_kind = kinds(reader)
    texts = _texts(reader, of_kind)
    quoted = quote_columns(reader)
    clean, maturities = prices(reader, quoted), reader.dates("maturity")
    columns: dict[str, npt.NDArray[Any]] = {
        "coupons": _coupons(reader, coupon, of_kind),
        "frequencies": np.array(frequencies(reader, of_kind), dtype=np.int64),
        "maturities": _days(maturities),
        "clean_prices": _floats(clean, np.nan),
        "accrued": _number_column(reader, "accrued", _OPTIONAL, np.nan),
        "outstanding": _number_column(reader, "outstanding", _OPTIONAL_AMOUNT, np.inf),
        "offered": _number_column(reader, "offered", _OFFERED, np.inf),
        "bids": quoted[0],
        "asks": quoted[1],
        "first_coupons": _day_column(reader, "first_coupon"),
        "issue_dates": _day_column(reader, "issue_date"),
        "callable": callable_bonds(reader),
        "call_dates": _day_column(reader, "call_date"),
        "watch": _flags(reader, "watch"),
    }
    settles = _settlement(reader, settlement)
    reasons = _reasons(clean, maturities, _unwanted(of_kind, wanted), settles)
    if held:
        _refuse_exclusions(reader, reasons)
    else:
        no_duplicates(reader, texts["identifiers"])
    faces = reader.amounts("face", _FACE) if held else np.zeros(0)
    base_cpi = _number_column(reader, "base_cpi", _OPTIONAL_AMOUNT, np.nan)
    if wanted is _Wanted.LINKED:
        _require_bases(reader, base_cpi, reasons)
    reader.finish()
    return _Rows(texts, columns, faces, base_cpi, reasons, settles)


def _require_bases(reader: ColumnReader, base_cpi: FloatArray, reasons: list[str]) -> None:
    for row, reason in enumerate(reasons):
        if not reason and np.isnan(base_cpi[row]):
            what = f"{reader.texts('identifier')[row]!r} is inflation-linked but has no base CPI"
            remedy = "add base_cpi, the reference CPI of its dated date"
            reader.problem(row, "base_cpi" if "base_cpi" in reader else "kind", what, remedy)


def _unwanted(of_kind: list[BondKind], wanted: _Wanted) -> list[str]:
    reasons = _NOT_LINKED if wanted is _Wanted.LINKED else _NOT_NOMINAL
    return [reasons.get(kind, "") for kind in of_kind]


def _texts(reader: ColumnReader, of_kind: list[BondKind]) -> dict[str, list[Any]]:
    of_rating = ratings(reader)
    return {
        "identifiers": identifiers(reader),
        "ratings": of_rating,
        "day_counts": day_counts(reader, of_rating, of_kind),
        "issuers": reader.optional("issuer", reader.texts),
        "sectors": reader.optional("sector", reader.texts),
        "countries": reader.optional("country", reader.texts),
    }


def _coupon_column(reader: ColumnReader) -> str:
    if "coupon" in reader and "coupon_pct" in reader:
        refuse(reader.table.source, "has the columns coupon and coupon_pct", "keep one of them")
    return "coupon_pct" if "coupon_pct" in reader else "coupon"


def _coupons(reader: ColumnReader, name: str, of_kind: list[BondKind]) -> FloatArray:
    rates = reader.rates(name, missing=Missing.ALLOWED)
    for row, (rate, kind) in enumerate(zip(rates, of_kind, strict=True)):
        if rate is None and kind in {BondKind.BOND, BondKind.TIPS}:
            reader.problem(row, name, "is empty", "give the coupon; 0 for a zero-coupon bond")
        if rate is not None and rate < 0:
            reader.problem(row, name, f"is negative ({rate:g})", "give a coupon of 0 or more")
    return _floats(rates, 0.0)


def _settlement(reader: ColumnReader, default: dt.date) -> dt.date:
    if "settlement" not in reader:
        return default
    days = {day for day in reader.dates("settlement", missing=Missing.ALLOWED) if day}
    if len(days) > 1:
        listed = ", ".join(str(day) for day in sorted(days)[:3])
        reader.file_problem(f"has several settlement dates ({listed})", "keep one for all bonds")
    return min(days, default=default)


def _day_column(reader: ColumnReader, name: str) -> DateArray:
    if name not in reader:
        return np.full(len(reader.table), np.datetime64("NaT"), dtype="datetime64[D]")
    return _days(reader.dates(name, missing=Missing.ALLOWED))


def _flags(reader: ColumnReader, name: str) -> BoolArray:
    given = reader.flags(name) if name in reader else [False] * len(reader.table)
    return np.array(given, dtype=np.bool_)


def _reasons(
    clean: list[float | None],
    maturities: list[dt.date | None],
    unwanted: list[str],
    settlement: dt.date,
) -> list[str]:
    """Why each row cannot be in the universe; empty when it can."""
    reasons: list[str] = []
    for price, maturity, reason in zip(clean, maturities, unwanted, strict=True):
        if reason:
            reasons.append(reason)
        elif maturity is not None and maturity <= settlement:
            reasons.append(MATURED)
        else:
            reasons.append(NO_PRICE if price is None else "")
    return reasons


def _refuse_exclusions(reader: ColumnReader, reasons: list[str]) -> None:
    for row, reason in enumerate(reasons):
        if reason:
            remedy = MATURED_REMEDY if reason == MATURED else _VALUE_ELSEWHERE
            reader.problem(row, "identifier", f"cannot be valued: {reason}", remedy)


def _say_excluded(source: str, excluded: tuple[ExcludedBond, ...]) -> list[Caution]:
    counted = Counter(bond.reason for bond in excluded)
    return [
        Caution("excluded_bonds", f"{source}: {count} rows left out: {reason}")
        for reason, count in sorted(counted.items())
    ]


def _say_not_offered(source: str, bonds: BondUniverse) -> list[Caution]:
    count = int((bonds.offered == 0).sum())
    verb = "bond has" if count == 1 else "bonds have"
    message = f"{source}: {count} {verb} nothing on offer and cannot be bought"
    return [Caution("nothing_offered", message)] if count else []


def _universe(source: str, **columns: object) -> BondUniverse:
    """The universe, with the file's name put before what the core finds wrong."""
    with within(source):
        return BondUniverse(**columns)  # type: ignore[arg-type]


def _number_column(reader: ColumnReader, name: str, rule: NumberRule, missing: float) -> FloatArray:
    if name not in reader:
        return np.full(len(reader.table), missing)
    return _floats(reader.numbers(name, rule), missing)


def _floats(values: list[float | None], missing: float) -> FloatArray:
    return np.array([missing if v is None else v for v in values], dtype=np.float64)


def _days(days: list[dt.date | None]) -> DateArray:
    return np.array([np.datetime64("NaT") if d is None else d for d in days], dtype="datetime64[D]")


def _understood(bonds: BondUniverse, rows: int, settlement: dt.date) -> str:
    treasuries = int(bonds.is_treasury.sum())
    first, last = bonds.maturities.min(), bonds.maturities.max()
    return (
        f"{len(bonds)} of {rows} rows usable, {treasuries} Treasuries; "
        f"maturities {first} to {last}; "
        f"coupons {100 * bonds.coupons.min():.3g}% to {100 * bonds.coupons.max():.3g}%; "
        f"settlement {settlement}"
    )
