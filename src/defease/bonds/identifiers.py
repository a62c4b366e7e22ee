"""Security identifiers and the check digits that prove them: CUSIP, ISIN, SEDOL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

CUSIP_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#"
ALPHANUMERIC = CUSIP_LETTERS[:36]
SEDOL_LETTERS = "".join(letter for letter in ALPHANUMERIC if letter not in "AEIOU")
SEDOL_WEIGHTS = (1, 3, 1, 7, 3, 9)
ZEROS_LOST_AT_MOST = 4
SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+\d+")


class IdentifierType(StrEnum):
    """How a bond is named; the first three carry a check digit."""

    CUSIP = "cusip"
    ISIN = "isin"
    SEDOL = "sedol"
    OTHER = "other"


LENGTHS = {IdentifierType.CUSIP: 9, IdentifierType.ISIN: 12, IdentifierType.SEDOL: 7}


@dataclass(frozen=True, slots=True)
class IdentifierFinding:
    """What is wrong with an identifier and what to do; `suggestion` is "" unless proved."""

    what: str
    remedy: str
    suggestion: str = ""


def cusip_check_digit(base: str) -> str:
    """Check digit of the first eight characters of a CUSIP.

    A = 10 .. Z = 35, ``*@#`` = 36..38, every second value doubled, digits of each value added;
    the digit fills the sum up to the next ten.

    Examples
    --------
    >>> cusip_check_digit("03783310"), cusip_check_digit("912810TM")
    ('0', '0')
    """
    return _modulus_ten(
        _digit_sum(CUSIP_LETTERS.index(c) * (1 + i % 2)) for i, c in enumerate(base)
    )


def isin_check_digit(base: str) -> str:
    """Check digit of the first eleven characters of an ISIN: letters as two digits, then Luhn.

    Examples
    --------
    >>> isin_check_digit("US037833100"), isin_check_digit("AU0000XVGZA")
    ('5', '3')
    """
    digits = "".join(str(ALPHANUMERIC.index(c)) for c in base)
    doubled = (_digit_sum(int(d) * (2 - i % 2)) for i, d in enumerate(reversed(digits)))
    return _modulus_ten(doubled)


def sedol_check_digit(base: str) -> str:
    """Check digit of the first six characters of a SEDOL (weights 1 3 1 7 3 9).

    Examples
    --------
    >>> sedol_check_digit("026349"), sedol_check_digit("B0WNLY")
    ('4', '7')
    """
    return _modulus_ten(
        weight * ALPHANUMERIC.index(c) for weight, c in zip(SEDOL_WEIGHTS, base, strict=True)
    )


def is_valid_cusip(text: str) -> bool:
    """Whether a text is a CUSIP: nine characters, the last one proving the others.

    Examples
    --------
    >>> is_valid_cusip("037833100"), is_valid_cusip("037833101")
    (True, False)
    """
    return _fits(text, 9, CUSIP_LETTERS) and cusip_check_digit(text[:-1]) == text[-1]


def is_valid_isin(text: str) -> bool:
    """Whether a text is an ISIN: two letters, nine characters, a check digit.

    Examples
    --------
    >>> is_valid_isin("US0378331005"), is_valid_isin("US0378331006")
    (True, False)
    """
    country = text[:2].isascii() and text[:2].isalpha()
    return country and _fits(text, 12, ALPHANUMERIC) and isin_check_digit(text[:-1]) == text[-1]


def is_valid_sedol(text: str) -> bool:
    """Whether a text is a SEDOL: seven characters without vowels, the last one a check digit.

    Examples
    --------
    >>> is_valid_sedol("B0WNLY7"), is_valid_sedol("B0WNLY8")
    (True, False)
    """
    return _fits(text, 7, SEDOL_LETTERS) and sedol_check_digit(text[:-1]) == text[-1]


_VALIDATORS = {
    IdentifierType.CUSIP: is_valid_cusip,
    IdentifierType.ISIN: is_valid_isin,
    IdentifierType.SEDOL: is_valid_sedol,
}


def identifier_finding(text: str, kind: IdentifierType) -> IdentifierFinding | None:
    """What is wrong with an identifier of a stated type, or None.

    A spreadsheet loses leading zeros and turns digits with an E into numbers.  Lost zeros are
    suggested back only when the check digit proves them; the second damage cannot be undone.

    Examples
    --------
    >>> identifier_finding("37833100", IdentifierType.CUSIP).suggestion
    '037833100'
    >>> identifier_finding("9.1E+10", IdentifierType.CUSIP).what
    "'9.1E+10' is a number in scientific notation, not an identifier"
    """
    if not text.strip():
        return IdentifierFinding("the identifier is empty", "give each bond a name")
    if SCIENTIFIC.fullmatch(text.strip()):
        what = f"'{text}' is a number in scientific notation, not an identifier"
        return IdentifierFinding(what, "format the column as text and enter the identifier again")
    if kind is IdentifierType.OTHER or _VALIDATORS[kind](text):
        return None
    what = f"'{text}' is not a valid {kind.upper()}"
    repaired = restored_zeros(text, kind)
    if repaired:
        lost = f"leading zeros seem lost: the check digit proves '{repaired}'"
        return IdentifierFinding(what, lost, repaired)
    expected = f"{LENGTHS[kind]} characters ending in a check digit"
    remedy = f"check it for typing errors ({expected}), or state identifier_type = other"
    return IdentifierFinding(what, remedy)


def restored_zeros(text: str, kind: IdentifierType) -> str:
    """The identifier with its lost leading zeros, or "" when the check digit does not prove it."""
    length = LENGTHS.get(kind, 0)
    # only digits pass for a number, and four zeros are the most that real codes begin with
    if not (
        text.isascii() and text.isdigit() and length - ZEROS_LOST_AT_MOST <= len(text) < length
    ):
        return ""
    padded = text.rjust(length, "0")
    return padded if _VALIDATORS[kind](padded) else ""


def _fits(text: str, length: int, letters: str) -> bool:
    return len(text) == length and all(c in letters for c in text) and text[-1].isdigit()


def _digit_sum(value: int) -> int:
    return value // 10 + value % 10


def _modulus_ten(values: Iterable[int]) -> str:
    return str(-sum(values) % 10)
