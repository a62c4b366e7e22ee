"""Prices of a bond file: clean prices, bid and ask, and what its yields say about calls."""

from __future__ import annotations

import numpy as np

from defease.arrays import BoolArray, FloatArray
from defease.bonds import callable_by_yields
from defease.errors import Caution
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.tables import Table

LOWEST_USUAL_PRICE = 2.0
_PRICE = NumberRule(
    missing=Missing.ALLOWED_AND_ZERO_TOO,
    at_least=0.0,
    at_most=1000.0,
    remedy="give the clean price per 100 of face amount, or leave it empty",
)
YIELDS = ("yield", "yield_pct")
YIELDS_TO_WORST = ("yield_to_worst", "yield_to_worst_pct")


def price_columns(reader: ColumnReader) -> list[str]:
    """Columns that a file must have for its prices: bid and ask stand in for a price."""
    return [] if "bid" in reader and "ask" in reader else ["price"]


def quote_columns(reader: ColumnReader) -> tuple[FloatArray, FloatArray]:
    """Clean bid and ask of each row, NaN where a row or the file has none."""
    bids, asks = (
        np.array([np.nan if quote is None else quote for quote in _quoted(reader, side)])
        for side in ("bid", "ask")
    )
    return bids, asks


def _quoted(reader: ColumnReader, side: str) -> list[float | None]:
    return reader.numbers(side, _PRICE) if side in reader else [None] * len(reader.table)


def prices(reader: ColumnReader, quoted: tuple[FloatArray, FloatArray]) -> list[float | None]:
    """Clean prices; where one is missing, the middle of bid and ask when both are given.

    Zero means missing; a bid above the ask is refused.
    """
    given: list[float | None] = [None] * len(reader.table)
    if "price" in reader:
        given = reader.numbers("price", _PRICE)
    low = [price for price in given if price is not None]
    if low and 0.0 < max(low) < LOWEST_USUAL_PRICE:
        what = f"every price is below {LOWEST_USUAL_PRICE:g}"
        reader.file_problem(what, "give clean prices per 100 of face amount")
    return _with_mid_prices(reader, given, quoted)


def _with_mid_prices(
    reader: ColumnReader, given: list[float | None], quoted: tuple[FloatArray, FloatArray]
) -> list[float | None]:
    filled, outside = list(given), 0
    for row, (bid, ask) in enumerate(zip(*(side.tolist() for side in quoted), strict=True)):
        price = given[row]
        if np.isnan(bid) or np.isnan(ask):
            continue
        if bid > ask:
            what = f"{bid:g} is above the ask {ask:g}"
            reader.problem(row, "bid", what, "correct the quotes, or leave both empty")
        elif price is not None and not bid <= price <= ask:
            outside += 1
        if price is None:
            filled[row] = (bid + ask) / 2.0
    _say(
        reader, "mid_prices", given.count(None) - filled.count(None), "taken midway of bid and ask"
    )
    _say(reader, "price_outside_quotes", outside, "outside their bid and ask, and used as given")
    return filled


def quotes(table: Table) -> dict[str, tuple[float, float]]:
    """Clean bid and ask of every bond of a file that has both, by identifier."""
    reader = ColumnReader(table)
    if "bid" not in reader or "ask" not in reader:
        return {}
    names = reader.texts("identifier")
    rows = zip(names, reader.numbers("bid", _PRICE), reader.numbers("ask", _PRICE), strict=True)
    return {name: (bid, ask) for name, bid, ask in rows if bid is not None and ask is not None}


def _say(reader: ColumnReader, code: str, count: int, what: str) -> None:
    if count:
        verb = "price is" if count == 1 else "prices are"
        message = f"{reader.table.source}: {count} {verb} {what}"
        reader.cautions.append(Caution(code, message))


def callable_bonds(reader: ColumnReader) -> BoolArray:
    """Whether a bond is callable: said so, or its yield to worst is below its yield to maturity.

    (A call date says so as well; the universe sees to that.)
    """
    said = np.array(
        reader.flags("callable") if "callable" in reader else [False] * len(reader.table),
        dtype=np.bool_,
    )
    both = callable_by_yields(_rates(reader, YIELDS), _rates(reader, YIELDS_TO_WORST))
    count = int((both & ~said).sum())
    if count:
        verb = "bond is" if count == 1 else "bonds are"
        what = f"{count} {verb} callable by a yield to worst below the yield to maturity"
        reader.cautions.append(Caution("callable_by_yields", f"{reader.table.source}: {what}"))
    return said | both


def _rates(reader: ColumnReader, names: tuple[str, str]) -> FloatArray:
    """Yields under the first of two headings that the file has; NaN where there is none."""
    for name in names:
        if name in reader:
            rates = reader.rates(name, missing=Missing.ALLOWED)
            return np.array([np.nan if rate is None else rate for rate in rates])
    return np.full(len(reader.table), np.nan)
