"""Columns of a bond file that are more than numbers: identifiers, ratings, day counts."""

from __future__ import annotations

from enum import StrEnum

from defease.bonds.identifiers import (
    IdentifierType,
    identifier_finding,
    is_valid_cusip,
    is_valid_isin,
    is_valid_sedol,
    restored_zeros,
)
from defease.bonds.ratings import TREASURY, parse_rating
from defease.dates import DayCount
from defease.errors import Caution, InputError, did_you_mean
from defease.inputs.columns import ColumnReader

MOST_ARE = 0.8
_VALID = {
    IdentifierType.CUSIP: is_valid_cusip,
    IdentifierType.ISIN: is_valid_isin,
    IdentifierType.SEDOL: is_valid_sedol,
}
_DAY_COUNTS = {str(count): count for count in DayCount} | {
    "ACT/ACT ICMA": DayCount.ACT_ACT_ICMA,
    "ACTUAL/ACTUAL": DayCount.ACT_ACT_ICMA,
    "ACT/365": DayCount.ACT_365F,
    "ACTUAL/365": DayCount.ACT_365F,
    "ACTUAL/360": DayCount.ACT_360,
    "30/360 US": DayCount.THIRTY_360,
}
_FREQUENCIES = {"1": 1, "2": 2, "4": 4, "12": 12, "0": 0} | {
    "A": 1,
    "S/A": 2,
    "S": 2,
    "Q": 4,
    "M": 12,
}


class BondKind(StrEnum):
    """What a row of a bond file is."""

    BOND = "bond"
    ZERO = "zero"
    BILL = "bill"
    TIPS = "tips"
    FRN = "frn"


def identifiers(reader: ColumnReader) -> list[str]:
    """Identifiers with their check digits tested; the type is declared, or the column decides."""
    texts = reader.texts("identifier", required=True)
    declared = [text.lower() for text in reader.optional("identifier_type", reader.texts)]
    undeclared = [text for text, kind in zip(texts, declared, strict=True) if not kind and text]
    decided = _type_of_column(undeclared)
    if decided is not IdentifierType.OTHER:
        message = f"{reader.table.source}: identifiers are {decided.upper()}s by their check digits"
        reader.cautions.append(Caution("identifier_type", message))
    for row, (text, kind) in enumerate(zip(texts, declared, strict=True)):
        _check_identifier(reader, row, text, _type(reader, row, kind) if kind else decided)
    return texts


def ratings(reader: ColumnReader) -> list[str]:
    """Ratings in S&P symbols; Moody's symbols are translated; empty is unrated."""
    found: list[str] = []
    for row, text in enumerate(reader.optional("rating", reader.texts)):
        try:
            found.append(parse_rating(text))
        except InputError as error:
            problem = error.problems[0]
            reader.problem(row, "rating", problem.what, problem.remedy)
            found.append("")
    return found


def kinds(reader: ColumnReader) -> list[BondKind]:
    """What each row is; a bond unless the file says otherwise."""
    found: list[BondKind] = []
    for row, text in enumerate(reader.optional("kind", reader.texts)):
        lowered = text.lower() or BondKind.BOND
        if lowered not in set(BondKind):
            reader.problem(row, "kind", f"{text!r} is not a kind", did_you_mean(lowered, BondKind))
            lowered = BondKind.BOND
        found.append(BondKind(lowered))
    return found


def frequencies(reader: ColumnReader, of_kind: list[BondKind]) -> list[int]:
    """Coupons a year: as given, else 2, and 0 for bills."""
    found: list[int] = []
    for row, text in enumerate(reader.optional("frequency", reader.texts)):
        default = 0 if of_kind[row] is BondKind.BILL else 2
        frequency = _FREQUENCIES.get(text.upper(), None if text else default)
        if frequency is None:
            remedy = "write 1, 2, 4 or 12 (or A, S/A, Q, M)"
            reader.problem(row, "frequency", f"{text!r} is not a frequency", remedy)
        found.append(default if frequency is None else frequency)
    return found


def day_counts(
    reader: ColumnReader, of_rating: list[str], of_kind: list[BondKind]
) -> list[DayCount]:
    """Day counts: as given, else ACT/ACT for Treasuries and 30/360 for others."""
    found: list[DayCount] = []
    for row, text in enumerate(reader.optional("day_count", reader.texts)):
        is_treasury = of_rating[row] == TREASURY or of_kind[row] is BondKind.TIPS
        default = DayCount.ACT_ACT_ICMA if is_treasury else DayCount.THIRTY_360
        count = _DAY_COUNTS.get(text.upper()) if text else default
        if count is None:
            remedy = f"use one of {', '.join(DayCount)}"
            reader.problem(row, "day_count", f"{text!r} is not a day count", remedy)
        found.append(count or default)
    return found


def one_currency(reader: ColumnReader, currency: str) -> None:
    """Refuse rows in another currency than the plan's."""
    if "currency" not in reader:
        return
    for row, code in enumerate(reader.texts("currency")):
        if code and code.upper() != currency:
            what = f"is {code!r}, but the plan's currency is {currency}"
            reader.problem(row, "currency", what, "remove the row; currencies are never added")


def no_duplicates(reader: ColumnReader, names: list[str]) -> None:
    """Refuse an identifier that a universe lists twice."""
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if name and name in first:
            line = reader.table.row_numbers[first[name]]
            what = f"{name!r} already stands in line {line}"
            reader.problem(row, "identifier", what, "list every bond once")
        first.setdefault(name, row)


def _type_of_column(texts: list[str]) -> IdentifierType:
    """The type whose check digit most identifiers of the column satisfy."""
    for kind, is_valid in _VALID.items():
        if texts and sum(is_valid(text) for text in texts) >= MOST_ARE * len(texts):
            return kind
    return IdentifierType.OTHER


def _type(reader: ColumnReader, row: int, text: str) -> IdentifierType:
    if text in set(IdentifierType):
        return IdentifierType(text)
    remedy = did_you_mean(text, IdentifierType)
    reader.problem(row, "identifier_type", f"{text!r} is not an identifier type", remedy)
    return IdentifierType.OTHER


def _check_identifier(reader: ColumnReader, row: int, text: str, kind: IdentifierType) -> None:
    if not text:
        return
    finding = identifier_finding(text, kind)
    if finding is not None:
        reader.problem(row, "identifier", finding.what, finding.remedy)
    elif "identifier_type" not in reader and (proved := _lost_zero(text)):
        what = f"{text!r} looks like a CUSIP that lost its leading zero"
        remedy = f"write {proved!r} as text, or add a column identifier_type = other"
        reader.problem(row, "identifier", what, remedy)


def _lost_zero(text: str) -> str:
    """The CUSIP that a spreadsheet cut to eight digits; empty when the check digit disagrees."""
    return restored_zeros(text, IdentifierType.CUSIP) if len(text) == 8 else ""
