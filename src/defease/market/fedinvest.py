"""TreasuryDirect's FedInvest prices of all marketable Treasury securities.

The publisher's CSV has no header and no date: CUSIP, type, rate, maturity, call date, buy, sell,
end of day; mm/dd/yyyy.  With headings it may also carry the date.  Clean prices per 100 face (bills
too).  0 means no price: before the close END OF DAY is 0 for all, and BUY is 0 for what cannot be
bought.  The rate of a floating-rate note is the rate of the day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from defease.arrays import FloatArray, frozen_floats
from defease.bonds.identifiers import IdentifierType, identifier_finding, is_valid_cusip
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.numbers import Number, Refusal, Unit, scan_number
from defease.inputs.refusing import refuse
from defease.inputs.tables import Table, cells_with_rows
from defease.market.layouts import PER_CENT, Findings, figures, publisher_table, says_span
from defease.market.observations import Column, Observations, Series, gathered
from defease.market.reading import Dropped, Reading, Security

BUY, SELL, CLOSE = "buy_price", "sell_price", "end_of_day_price"
_PRICES = {"buy": BUY, "sell": SELL, "eod": CLOSE}
_HEADINGS = ("cusip", "type", "coupon", "maturity", "call", "buy", "sell", "eod")
_SYNONYMS = {
    "security_type": "type",
    "rate": "coupon",
    "maturity_date": "maturity",
    "call_date": "call",
    "end_of_day": "eod",
}
_KINDS = {
    "MARKET BASED BILL": "BILL",
    "MARKET BASED NOTE": "NOTE",
    "MARKET BASED BOND": "BOND",
    "MARKET BASED FRN": "FRN",
}
_FLOATER = "FRN"
FLOATING_RATE = "floating_rate"
KINDS = frozenset({"BILL", "NOTE", "BOND", "TIPS", "FRN"})
_PRICE = NumberRule(
    missing=Missing.ALLOWED_AND_ZERO_TOO,
    at_least=0.0,
    at_most=500.0,
    remedy="prices are per 100 face",
)
_COUPON_IN_DECIMALS = 0.30
_HIGHEST_COUPON = 0.25


def read_fedinvest(data: bytes, *, source: str, as_of: dt.date | None = None) -> Reading:
    r"""Prices and terms of every security; `as_of` is needed where the file has no date column.

    Examples
    --------
    >>> given = b"91282CEF4,MARKET BASED NOTE,0.025,03/31/2027,,98.9,98.8,0.000000\n"
    >>> reading = read_fedinvest(given, source="prices.csv", as_of=dt.date(2026, 3, 24))
    >>> reading.securities[0].coupon, [str(series) for series in reading.observations.series]
    (0.025, ['buy_price 91282CEF4', 'sell_price 91282CEF4', 'end_of_day_price 91282CEF4'])
    >>> len(reading.observations)
    2
    """
    table, is_headerless = _table(data, source)
    layout = "FedInvest prices, CSV " + ("without header" if is_headerless else "with header")
    findings = Findings(table, layout)
    reader = ColumnReader(table)
    reader.expect(required=("cusip", "type", "maturity", "buy", "sell"), known=("date", *_HEADINGS))
    days = _days(reader, as_of)
    cusips = _cusips(reader)
    coupons = _coupons(reader, findings, is_headerless=is_headerless)
    columns = {name: figures(reader, name, _PRICE) for name in _PRICES if name in reader}
    securities = _securities(reader, cusips, coupons)
    reader.finish()
    _require_once(table, cusips, days)
    floaters = {security.cusip for security in securities if security.kind == _FLOATER}
    found = gathered(
        (*_columns(cusips, days, columns), *_floating(cusips, days, coupons, floaters))
    )
    _tell(findings, found, columns, days, securities)
    return Reading(found, findings.report(reader), securities)


def _table(data: bytes, source: str) -> tuple[Table, bool]:
    first = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].split(b",")[0].strip(b'" ')
    if is_valid_cusip(first.decode("ascii", errors="replace")):
        return publisher_table(data, source=source, header=_HEADINGS), True
    table = publisher_table(data, source=source)
    names = tuple(_SYNONYMS.get(name, name) for name in table.columns)
    return replace(table, columns=names), False


def _days(reader: ColumnReader, as_of: dt.date | None) -> list[dt.date]:
    if "date" in reader:
        return [day for day in reader.dates("date") if day is not None]
    if as_of is None:
        remedy = "give the date of the prices: --as-of YYYY-MM-DD"
        refuse(reader.table.source, "does not say the date of its prices", remedy)
    return [as_of] * len(reader.table)


def _cusips(reader: ColumnReader) -> list[str]:
    cusips = reader.texts("cusip", required=True)
    for row, cusip in enumerate(cusips):
        finding = identifier_finding(cusip, IdentifierType.CUSIP) if cusip else None
        if finding:
            reader.problem(row, "cusip", finding.what, finding.remedy)
    return cusips


def _coupons(reader: ColumnReader, findings: Findings, *, is_headerless: bool) -> list[float]:
    """Coupons as decimals: % signs win; a file with headings is in percent; else by magnitude.

    The publisher writes fractions (0.00125); no Treasury coupon is above 0.30 as a fraction, and no
    list of all securities stays below 0.30 in percent.
    """
    if "coupon" not in reader:
        refuse(reader.table.source, "has no column of coupons", "give the publisher's file whole")
    numbers = [
        _coupon_cell(reader, row, cell) for row, cell in cells_with_rows(reader.table, "coupon")
    ]
    in_percent = not is_headerless or _looks_like_percent(numbers)
    findings.understood.append(
        "coupons are "
        + ("percent per year" if in_percent else "fractions, as the publisher writes")
    )
    coupons = [number.value / (PER_CENT if in_percent else 1.0) for number in numbers]
    for row, coupon in enumerate(coupons):
        if not 0 <= coupon <= _HIGHEST_COUPON:
            what = f"{numbers[row].value:g} is no coupon of a Treasury security"
            reader.problem(row, "coupon", what, "correct the coupon")
    return coupons


def _looks_like_percent(numbers: Sequence[Number]) -> bool:
    largest = max((abs(number.value) for number in numbers), default=0.0)
    signed = any(number.unit is Unit.PERCENT for number in numbers)
    return signed or largest > _COUPON_IN_DECIMALS


def _coupon_cell(reader: ColumnReader, row: int, cell: object) -> Number:
    scanned = scan_number(cell) if isinstance(cell, str) else Refusal("is no number", "correct it")
    if isinstance(scanned, Refusal):
        reader.problem(row, "coupon", scanned.what, scanned.remedy)
        return Number(0.0)
    return scanned


def _securities(
    reader: ColumnReader, cusips: Sequence[str], coupons: Sequence[float]
) -> tuple[Security, ...]:
    kinds = [_KINDS.get(kind.upper(), kind.upper()) for kind in reader.texts("type", required=True)]
    for row, kind in enumerate(kinds):
        if kind and kind not in KINDS:
            what = f"{kind!r} is no type of security known here"
            reader.problem(row, "type", what, f"known: {', '.join(sorted(KINDS))}")
    maturities = reader.dates("maturity")
    calls = (
        reader.dates("call", missing=Missing.ALLOWED) if "call" in reader else [None] * len(cusips)
    )
    listed: dict[str, Security] = {}
    for row, (cusip, maturity) in enumerate(zip(cusips, maturities, strict=True)):
        if maturity is not None:
            stated = Security(cusip, kinds[row], coupons[row], maturity, calls[row])
            if not _same_terms(listed.get(cusip, stated), stated):
                what = f"{cusip} has other terms here than above"
                reader.problem(row, "cusip", what, "a security has one coupon and one maturity")
            listed[cusip] = stated
    return tuple(listed.values())


def _same_terms(before: Security, stated: Security) -> bool:
    """Whether two rows can be one security: a floating rate may differ from day to day."""
    floats = stated.kind == _FLOATER
    return replace(before, coupon=stated.coupon) == stated and (
        floats or before.coupon == stated.coupon
    )


def _require_once(table: Table, cusips: Sequence[str], days: Sequence[dt.date]) -> None:
    seen: dict[tuple[str, dt.date], int] = {}
    for row, key in enumerate(zip(cusips, days, strict=True)):
        first = seen.setdefault(key, row)
        if first != row:
            what = (
                f"{key[0]} has a second row for {key[1]} (first in line {table.row_numbers[first]})"
            )
            refuse(table.where(row, "cusip"), what, "keep one row for each security and day")


def _columns(
    cusips: Sequence[str], days: Sequence[dt.date], columns: Mapping[str, Sequence[float | None]]
) -> list[Column]:
    rows: dict[str, list[int]] = {}
    for row, cusip in enumerate(cusips):
        rows.setdefault(cusip, []).append(row)
    return [
        (Series(_PRICES[name], cusip), [days[r] for r in own], [prices[r] for r in own])
        for cusip, own in rows.items()
        for name, prices in columns.items()
    ]


def _floating(
    cusips: Sequence[str], days: Sequence[dt.date], coupons: Sequence[float], floaters: set[str]
) -> list[Column]:
    """The rates of the day of floating-rate notes."""
    rows: dict[str, list[int]] = {}
    for row, cusip in enumerate(cusips):
        if cusip in floaters:
            rows.setdefault(cusip, []).append(row)
    return [
        (Series(FLOATING_RATE, cusip), [days[r] for r in own], [coupons[r] for r in own])
        for cusip, own in rows.items()
    ]


def _tell(
    findings: Findings,
    found: Observations,
    columns: Mapping[str, Sequence[float | None]],
    days: Sequence[dt.date],
    securities: tuple[Security, ...],
) -> None:
    findings.understood += [
        f"{len(securities)} securities, {says_span(found.days)}; clean prices per 100 face",
        "a price of 0 means that there is none",
    ]
    for name, prices in columns.items():
        missing = sum(price is None for price in prices)
        if missing:
            words = f"{missing} of {len(prices)} {name} prices are 0 or blank: no price"
            findings.caution("missing_prices", words)
    if not len(found):
        refuse(findings.table.source, "has no price at all", "download it after the close")
    crossed = _crossed(findings, columns, days)
    if crossed:
        findings.caution(
            "crossed_prices", f"{crossed} securities can be bought below their sell price"
        )


def _crossed(
    findings: Findings, columns: Mapping[str, Sequence[float | None]], days: Sequence[dt.date]
) -> int:
    count = 0
    for row in range(len(days)):
        buy, sell = columns["buy"][row], columns["sell"][row]
        if buy is not None and sell is not None and buy < sell:
            count += 1
            where = f"{findings.table.source}: line {findings.table.row_numbers[row]}"
            reason = f"crossed: buy {buy:g} is below sell {sell:g}; not used in mid prices"
            findings.dropped.append(Dropped(where, reason))
    return count


@dataclass(frozen=True, eq=False)
class PriceList:
    """Securities with a usable clean price of one day, and those left out with the reason."""

    day: dt.date
    securities: tuple[Security, ...]
    prices: FloatArray
    dropped: tuple[Dropped, ...]


def mid_prices(reading: Reading, day: dt.date) -> PriceList:
    """Mid of buy and sell price of every security that has both and has not matured.

    Zero and blank prices, crossed pairs and securities at or past maturity are left out by name.
    """
    buys, sells = _by_cusip(reading, BUY, day), _by_cusip(reading, SELL, day)
    kept: list[Security] = []
    prices: list[float] = []
    dropped: list[Dropped] = []
    for security in reading.securities:
        buy, sell = buys.get(security.cusip), sells.get(security.cusip)
        if security.maturity <= day:
            dropped.append(Dropped(security.cusip, f"matured on {security.maturity}"))
        elif buy is None or sell is None:
            side = " and ".join(n for n, p in (("buy", buy), ("sell", sell)) if p is None)
            dropped.append(Dropped(security.cusip, f"no {side} price on {day}"))
        elif buy < sell:
            dropped.append(Dropped(security.cusip, f"crossed: buy {buy:g} below sell {sell:g}"))
        else:
            kept.append(security)
            prices.append((buy + sell) / 2)
    return PriceList(day, tuple(kept), frozen_floats(prices, name="mid prices"), tuple(dropped))


def _by_cusip(reading: Reading, measure: str, day: dt.date) -> dict[str, float]:
    rows = reading.observations.of(measure).on(day)
    return {
        rows.series[i].subject: float(value)
        for i, value in zip(rows.index, rows.values, strict=True)
    }
