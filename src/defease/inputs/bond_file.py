"""Bond files: the universe that may be bought and the bonds that are held."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from defease.arrays import BoolArray, DateArray, FloatArray, frozen_floats
from defease.bonds import BondUniverse
from defease.errors import Caution, InputError, Problem
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
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.refusing import refuse
from defease.inputs.tables import Table

KNOWN = (
    "identifier", "issuer", "sector", "rating", "coupon", "coupon_pct", "maturity", "price", "face",
    "frequency", "day_count", "accrued", "settlement", "yield", "yield_pct", "bid", "ask", "kind",
    "first_coupon", "base_cpi", "outstanding", "country", "currency", "callable", "call_date",
    "watch", "identifier_type",
)  # fmt: skip
LOWEST_USUAL_PRICE = 2.0
_PRICE = NumberRule(
    missing=Missing.ALLOWED_AND_ZERO_TOO,
    at_least=0.0,
    at_most=1000.0,
    remedy="give the clean price per 100 of face amount, or leave it empty",
)
_OPTIONAL = NumberRule(missing=Missing.ALLOWED, remedy="correct the value or leave it empty")
_OPTIONAL_AMOUNT = NumberRule(
    missing=Missing.ALLOWED, above=0.0, remedy="leave it empty if unknown"
)
_FACE = NumberRule(above=0.0, remedy="give the face amount held")
_NOT_BUILT = {
    BondKind.TIPS: "inflation-linked bonds are not available in this version",
    BondKind.FRN: "floating-rate notes are not available in this version",
}
NO_PRICE = "no price"
MATURED = "matured on or before settlement"


@dataclass(frozen=True, slots=True)
class ExcludedBond:
    """A row of the file that is not in the universe, and why."""

    identifier: str
    reason: str


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


def _read(table: Table, settlement: dt.date, currency: str, *, held: bool) -> BondReading:
    reader = ColumnReader(table)
    rows = _rows(reader, settlement, currency, held=held)
    kept = [row for row, reason in enumerate(rows.reasons) if not reason]
    if not kept:
        refuse(table.source, "holds no bond with a price", "add prices, or check the dates")
    names = rows.texts["identifiers"]
    excluded = tuple(
        ExcludedBond(names[row], reason) for row, reason in enumerate(rows.reasons) if reason
    )
    bonds = _universe(
        table.source,
        settlement=rows.settlement,
        **{name: column[kept] for name, column in rows.columns.items()},
        **{name: tuple(column[row] for row in kept) for name, column in rows.texts.items()},
    )
    return BondReading(
        bonds=bonds,
        faces=frozen_floats(rows.faces[kept] if held else rows.faces, name="face"),
        excluded=excluded,
        cautions=(*reader.cautions, *_say_excluded(table.source, excluded)),
        understood=_understood(bonds, len(table), rows.settlement),
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """All rows of a file by column, why some cannot be used, and the day they settle."""

    texts: dict[str, list[Any]]
    columns: dict[str, npt.NDArray[Any]]
    faces: FloatArray
    reasons: list[str]
    settlement: dt.date


def _rows(reader: ColumnReader, settlement: dt.date, currency: str, *, held: bool) -> _Rows:
    coupon = _coupon_column(reader)
    required = ["identifier", coupon, "maturity", "price", *(["face"] if held else [])]
    reader.expect(required=required, known=KNOWN)
    one_currency(reader, currency)
    of_kind = kinds(reader)
    texts = _texts(reader)
    prices, maturities = _prices(reader), reader.dates("maturity")
    columns: dict[str, npt.NDArray[Any]] = {
        "coupons": _coupons(reader, coupon, of_kind),
        "frequencies": np.array(frequencies(reader, of_kind), dtype=np.int64),
        "maturities": _days(maturities),
        "clean_prices": _floats(prices, np.nan),
        "accrued": _number_column(reader, "accrued", _OPTIONAL, np.nan),
        "outstanding": _number_column(reader, "outstanding", _OPTIONAL_AMOUNT, np.inf),
        "first_coupons": _first_coupons(reader),
        "callable": _callable(reader),
        "watch": _flags(reader, "watch"),
    }
    settles = _settlement(reader, settlement)
    reasons = _reasons(prices, maturities, of_kind, settles)
    if held:
        _refuse_exclusions(reader, reasons)
    else:
        no_duplicates(reader, texts["identifiers"])
    faces = reader.amounts("face", _FACE) if held else np.zeros(0)
    _check_unread(reader)
    reader.finish()
    return _Rows(texts, columns, faces, reasons, settles)


def _texts(reader: ColumnReader) -> dict[str, list[Any]]:
    of_rating = ratings(reader)
    return {
        "identifiers": identifiers(reader),
        "ratings": of_rating,
        "day_counts": day_counts(reader, of_rating),
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
        if rate is None and kind is BondKind.BOND:
            reader.problem(row, name, "is empty", "give the coupon; 0 for a zero-coupon bond")
        if rate is not None and rate < 0:
            reader.problem(row, name, f"is negative ({rate:g})", "give a coupon of 0 or more")
    return _floats(rates, 0.0)


def _prices(reader: ColumnReader) -> list[float | None]:
    """Clean prices; where one is missing, the middle of bid and ask when both are given."""
    prices = reader.numbers("price", _PRICE)
    low = [price for price in prices if price is not None]
    if low and 0.0 < max(low) < LOWEST_USUAL_PRICE:
        what = f"every price is below {LOWEST_USUAL_PRICE:g}"
        reader.file_problem(what, "give clean prices per 100 of face amount")
    return _with_mid_prices(reader, prices) if "bid" in reader and "ask" in reader else prices


def _with_mid_prices(reader: ColumnReader, prices: list[float | None]) -> list[float | None]:
    bids, asks = reader.numbers("bid", _PRICE), reader.numbers("ask", _PRICE)
    filled = list(prices)
    for row, (bid, ask) in enumerate(zip(bids, asks, strict=True)):
        if bid is None or ask is None:
            continue
        if bid > ask:
            reader.problem(row, "bid", f"{bid:g} is above the ask {ask:g}", "correct the quotes")
        if prices[row] is None:
            filled[row] = (bid + ask) / 2.0
    count = prices.count(None) - filled.count(None)
    if count:
        message = f"{reader.table.source}: {count} missing prices were taken midway of bid and ask"
        reader.cautions.append(Caution("mid_prices", message))
    return filled


def _settlement(reader: ColumnReader, default: dt.date) -> dt.date:
    if "settlement" not in reader:
        return default
    days = {day for day in reader.dates("settlement", missing=Missing.ALLOWED) if day}
    if len(days) > 1:
        listed = ", ".join(str(day) for day in sorted(days)[:3])
        reader.file_problem(f"has several settlement dates ({listed})", "keep one for all bonds")
    return min(days, default=default)


def _first_coupons(reader: ColumnReader) -> DateArray:
    if "first_coupon" not in reader:
        return np.full(len(reader.table), np.datetime64("NaT"), dtype="datetime64[D]")
    return _days(reader.dates("first_coupon", missing=Missing.ALLOWED))


def _callable(reader: ColumnReader) -> BoolArray:
    """Whether a bond is callable: said so, or given a call date."""
    said = _flags(reader, "callable")
    if "call_date" not in reader:
        return said
    days = reader.dates("call_date", missing=Missing.ALLOWED)
    return said | np.array([day is not None for day in days], dtype=np.bool_)


def _flags(reader: ColumnReader, name: str) -> BoolArray:
    given = reader.flags(name) if name in reader else [False] * len(reader.table)
    return np.array(given, dtype=np.bool_)


def _check_unread(reader: ColumnReader) -> None:
    """Columns that are promised but not used yet are still checked for form."""
    for name in ("yield", "yield_pct"):
        if name in reader:
            reader.rates(name, missing=Missing.ALLOWED)
    if "base_cpi" in reader:
        reader.numbers("base_cpi", _OPTIONAL_AMOUNT)


def _reasons(
    prices: list[float | None],
    maturities: list[dt.date | None],
    of_kind: list[BondKind],
    settlement: dt.date,
) -> list[str]:
    """Why each row cannot be in the universe; empty when it can."""
    reasons: list[str] = []
    for price, maturity, kind in zip(prices, maturities, of_kind, strict=True):
        if kind in _NOT_BUILT:
            reasons.append(_NOT_BUILT[kind])
        elif maturity is not None and maturity <= settlement:
            reasons.append(MATURED)
        else:
            reasons.append(NO_PRICE if price is None else "")
    return reasons


def _refuse_exclusions(reader: ColumnReader, reasons: list[str]) -> None:
    for row, reason in enumerate(reasons):
        if reason:
            remedy = "give its price, or take the holding out and state its value in market_value"
            reader.problem(row, "identifier", f"cannot be valued: {reason}", remedy)


def _say_excluded(source: str, excluded: tuple[ExcludedBond, ...]) -> list[Caution]:
    counted = Counter(bond.reason for bond in excluded)
    return [
        Caution("excluded_bonds", f"{source}: {count} rows left out: {reason}")
        for reason, count in sorted(counted.items())
    ]


def _universe(source: str, **columns: object) -> BondUniverse:
    """The universe, with the file's name put before what the core finds wrong."""
    try:
        return BondUniverse(**columns)  # type: ignore[arg-type]
    except InputError as error:
        found = [Problem(f"{source}: {p.where}", p.what, p.remedy) for p in error.problems]
    raise InputError(found)


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
