"""One strict grammar for numbers: the same text means the same in CSV, XLSX, TOML and forms.

Accepted: ASCII digits, one sign, one decimal mark, thousands separators only in groups of three, an
exponent, one of %, bp, a currency sign, accounting parentheses, a trailing minus.  Everything else
is refused with its own sentence.  A percent sign is a unit that travels with the value; it is never
applied silently and never dropped.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import Enum

from defease.inputs.refusing import refuse

LONGEST_NUMBER = 64
MISSING_MARKS = frozenset({"", "-", "n/a", "na"})


class Unit(Enum):
    """What a number was written in."""

    PLAIN = "plain"
    PERCENT = "%"
    BASIS_POINTS = "bp"
    # A workbook cell holding 0.05 and shown as 5%: already a fraction of one.
    FRACTION = "percent format"


class DecimalMark(Enum):
    """Which character separates the decimals; undeclared refuses what can be read both ways."""

    POINT = "."
    COMMA = ","
    UNDECLARED = "?"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, the unit it was written in, and its currency sign (empty when none)."""

    value: float
    unit: Unit = Unit.PLAIN
    currency: str = ""

    @property
    def as_decimal(self) -> float:
        """The value as a fraction of one: 5% and 500 bp are 0.05; a plain number stays as it is."""
        return self.value / _PER_ONE[self.unit]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a text is not accepted, and what to write instead."""

    what: str
    remedy: str


_PER_ONE = {Unit.PLAIN: 1.0, Unit.FRACTION: 1.0, Unit.PERCENT: 100.0, Unit.BASIS_POINTS: 10_000.0}
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_DIGITS = {
    ".": r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+",
    ",": r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]*)?|,[0-9]+",
}
_GRAMMAR = {
    mark: re.compile(
        r"(?P<sign>[+-])? ?(?P<money>[$€£¥])? ?(?P<inner>[+-])?"
        rf"(?P<digits>{digits})(?P<exponent>[eE][+-]?[0-9]+)?"
        r" ?(?P<after>[$€£¥])? ?(?P<unit>%|bp)?(?P<trail>-)?"
    )
    for mark, digits in _DIGITS.items()
}
_ACCOUNTING = re.compile(r"([$€£¥]?) ?\(([^()]*)\)")
_TWO_READINGS = re.compile(r"[^0-9]*[0-9]{1,3}(?:\.[0-9]{3})+[^0-9]*")

_REMEDY = "write a number such as 1234.5"
# Tried in this order on a text the grammar does not take: each usual slip gets its own words.
_SLIPS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE),
        "is not a finite number",
        "leave the cell empty if the value is missing, else write the number",
    ),
    (
        re.compile(r"#[A-Z0-9/]+[!?]?"),
        "is a spreadsheet error, not a number",
        "repair the formula in the spreadsheet",
    ),
    (
        re.compile(r"true|false", re.IGNORECASE),
        "is a truth value, not a number",
        _REMEDY,
    ),
    (
        re.compile(r".*_.*"),
        "contains an underscore, which is not a thousands separator",
        "write 1000 or 1,000",
    ),
    (
        re.compile(r"[0-9]+-[0-9]{2}[0-9+]?"),
        "looks like a price in 32nds",
        "write the price as a decimal number: 99-16+ is 99.515625",
    ),
    (
        re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+[^0-9]*"),
        "looks like a number with a decimal comma",
        'declare decimal = "," for this file, or write it with a decimal point',
    ),
    (
        re.compile(r"[^0-9]*[0-9.]+(?:,[0-9.]+)+[^0-9]*"),
        "has a comma that does not separate groups of three digits",
        'write 1,234,567.8, or declare decimal = "," for this file if commas mark decimals',
    ),
    (
        re.compile(r"[(]?[+-] ?[$€£¥]? ?[+-].*|[(] ?[+-].*|[+-].*[-)]"),
        "has more than one sign",
        "write one minus sign, or parentheses, or a trailing minus",
    ),
    (
        re.compile(r"[0-9.,+-]+ ?[A-Z]{3}|[A-Z]{3} ?[0-9.,+-]+"),
        "carries a currency code",
        "write the number alone; the plan's currency applies",
    ),
)


def is_missing(text: str) -> bool:
    """Whether a cell says 'no value': empty, '-', 'n/a' or 'NA'.

    Examples
    --------
    >>> is_missing(" - "), is_missing("0")
    (True, False)
    """
    return text.strip(" \t").lower() in MISSING_MARKS


def scan_number(text: str, mark: DecimalMark = DecimalMark.POINT) -> Number | Refusal:
    """Read one number, or say why not.

    Examples
    --------
    >>> scan_number("(1,234.5)")
    Number(value=-1234.5, unit=<Unit.PLAIN: 'plain'>, currency='')
    >>> scan_number("5%").as_decimal
    0.05
    >>> scan_number("1_000").what
    "'1_000' contains an underscore, which is not a thousands separator"
    """
    stripped = text.strip(" \t")
    if len(stripped) > LONGEST_NUMBER:
        return Refusal(f"is too long for a number ({len(stripped)} characters)", _REMEDY)
    if mark is DecimalMark.POINT and _PLAIN.fullmatch(stripped):
        return _finite(stripped, stripped, Unit.PLAIN, "")
    if mark is DecimalMark.UNDECLARED and ("," in stripped or _TWO_READINGS.fullmatch(stripped)):
        return Refusal(
            f"{stripped!r} can be read with a decimal point or a decimal comma",
            'declare decimal = "," or decimal = "." for this file',
        )
    return _by_grammar(stripped, "," if mark is DecimalMark.COMMA else ".")


def read_number(text: str, *, where: str, mark: DecimalMark = DecimalMark.POINT) -> Number:
    """Read one number or raise `InputError` naming the place.

    Examples
    --------
    >>> read_number("ten", where="row 3")
    Traceback (most recent call last):
    ...
    defease.errors.InputError: row 3: 'ten' is not a number; write a number such as 1234.5
    """
    scanned = scan_number(text, mark)
    if isinstance(scanned, Refusal):
        refuse(where, scanned.what, scanned.remedy)
    return scanned


def _by_grammar(text: str, separator: str) -> Number | Refusal:
    accounting = _ACCOUNTING.fullmatch(text)
    bare = accounting[1] + accounting[2] if accounting else text
    match = _GRAMMAR[separator].fullmatch(bare)
    if match is None or not _parts_agree(match, already_signed=accounting is not None):
        return _explain(text)
    number = _assemble(match, text, separator)
    if accounting and isinstance(number, Number):
        return replace(number, value=0.0 - number.value)
    return number


def _parts_agree(match: re.Match[str], *, already_signed: bool) -> bool:
    """One sign at most (parentheses are one), one currency sign, no money with a rate unit."""
    signs = sum(1 for part in ("sign", "inner", "trail") if match[part]) + already_signed
    moneys = sum(1 for part in ("money", "after") if match[part])
    return signs <= 1 and moneys + bool(match["unit"]) <= 1


def _assemble(match: re.Match[str], text: str, separator: str) -> Number | Refusal:
    thousands = "." if separator == "," else ","
    digits = match["digits"].replace(thousands, "").replace(separator, ".")
    negative = "-" in (match["sign"], match["inner"], match["trail"])
    plain = ("-" if negative else "") + digits + (match["exponent"] or "")
    unit = Unit(match["unit"]) if match["unit"] else Unit.PLAIN
    return _finite(plain, text, unit, match["money"] or match["after"] or "")


def _finite(plain: str, text: str, unit: Unit, currency: str) -> Number | Refusal:
    value = float(plain)
    if not math.isfinite(value):
        return Refusal(
            f"{text!r} is not finite: too large for a number", "write a number below 1e308"
        )
    if value == 0.0 and any(digit in "123456789" for digit in plain.lower().split("e")[0]):
        return Refusal(f"{text!r} is too small to tell from zero", "write 0")
    return Number(value + 0.0, unit, currency)  # + 0.0: "-0" is 0


def _explain(text: str) -> Refusal:
    foreign = next((c for c in text if ord(c) > 126 and c not in "€£¥"), None)
    if foreign is not None:
        return Refusal(
            f"{text!r} contains {foreign!r} (U+{ord(foreign):04X}), which no number has",
            "write plain digits 0-9",
        )
    for pattern, what, remedy in _SLIPS:
        if pattern.fullmatch(text):
            return Refusal(f"{text!r} {what}", remedy)
    return Refusal(f"{text!r} is not a number" if text else "is empty", _REMEDY)
