"""The holdings of [matching]: faces of bonds of the universe, or of bonds with their own terms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np

from defease.arrays import BoolArray, FloatArray, frozen_floats, read_only
from defease.bonds import BondUniverse
from defease.errors import Caution
from defease.inputs.bond_file import (
    KNOWN,
    MATURED,
    MATURED_REMEDY,
    BondReading,
    read_holdings,
)
from defease.inputs.columns import ColumnReader, Missing, NumberRule
from defease.inputs.refusing import refuse, within
from defease.inputs.tables import Table, is_blank

_FACE = NumberRule(above=0.0, remedy="give the face amount held")
_TERMS = (("coupon", "coupon_pct"), ("maturity",), ("price", "bid"))
_STATED = NumberRule(missing=Missing.ALLOWED_AND_ZERO_TOO)
_SAME = 1e-9
_NEAR = 0.75
_ONE_TERM = "correct one of the files, or leave the cell empty"


@dataclass(frozen=True, eq=False, kw_only=True)
class CurrentHoldings:
    """What is held today, beside all that may be bought.

    Attributes
    ----------
    bonds
        The universe and after it the bonds held that it does not list.
    faces
        Face amount held of each, 0 for most; lots of one bond are added up, shape (n,).
    listed
        Whether a bond is in the universe, so that more of it may be bought, shape (n,).
    """

    bonds: BondUniverse
    faces: FloatArray
    listed: BoolArray
    cautions: tuple[Caution, ...]
    understood: str

    @property
    def market_value(self) -> float:
        """What the faces held are worth: clean price plus accrued interest."""
        return float((self.faces / 100.0 * self.bonds.dirty_prices).sum())


def read_current_holdings(
    table: Table, *, universe: BondReading, currency: str = "USD"
) -> CurrentHoldings:
    r"""Identifier and face of every holding; terms and prices are those of the universe.

    A bond that the universe does not list needs the columns of a bond file in its row.  One that
    matured, and one that is linked to an index, is refused: it pays nothing that could be matched.

    Examples
    --------
    >>> from defease.inputs.bond_file import read_universe
    >>> from defease.inputs.csv_reader import read_csv
    >>> day = dt.date(2025, 12, 31)
    >>> bonds = b"identifier,coupon,maturity,price\na,0.04,2030-06-30,99.5\nb,0.04,2031-06-30,99\n"
    >>> universe = read_universe(read_csv(bonds, source="bonds.csv"), settlement=day)
    >>> held = read_csv(b"identifier,face\nb,1000\nb,500\n", source="holdings.csv")
    >>> read_current_holdings(held, universe=universe).faces
    array([   0., 1500.])
    """
    reader = ColumnReader(table)
    reader.expect(required=["identifier", "face"], known=KNOWN)
    names = reader.texts("identifier", required=True)
    faces = reader.amounts("face", _FACE)
    bonds, place = universe.bonds, {name: i for i, name in enumerate(universe.bonds.identifiers)}
    of_own = [row for row, name in enumerate(names) if name not in place]
    _check_terms(reader, names, place, bonds)
    _refuse_strangers(reader, [row for row in of_own if names[row]], universe)
    reader.finish()
    merged, cautions = bonds, reader.cautions
    if of_own:
        others, said = _own_terms(table, of_own, bonds.settlement, currency)
        with within(table.source):
            merged = bonds.joined_with(others)
        cautions = [*cautions, *said, _say_unlisted(table.source, others)]
    place = {name: i for i, name in enumerate(merged.identifiers)}
    owners = np.array([place[name] for name in names], dtype=np.int64)
    held = np.bincount(owners, weights=faces, minlength=len(merged)).astype(np.float64)
    return CurrentHoldings(
        bonds=merged,
        faces=frozen_floats(held, name="face"),
        listed=read_only(np.arange(len(merged)) < len(bonds)),
        cautions=tuple(dict.fromkeys(cautions)),
        understood=_understood(held, len(of_own)),
    )


def _check_terms(
    reader: ColumnReader, names: list[str], place: dict[str, int], bonds: BondUniverse
) -> None:
    """Refuse a row whose coupon or maturity is not that of the universe; say other prices."""
    rows = [(row, place[name]) for row, name in enumerate(names) if name in place]
    for heading in ("coupon", "coupon_pct"):
        rates = reader.rates(heading, missing=Missing.ALLOWED) if heading in reader else []
        for row, bond in rows if rates else ():
            rate, known = rates[row], float(bonds.coupons[bond])
            if rate is not None and abs(rate - known) > _SAME:
                what = f"{names[row]!r} pays {rate:g} here and {known:g} in the universe"
                reader.problem(row, heading, what, _ONE_TERM)
    _check_maturities(reader, names, rows, bonds)
    _say_other_prices(reader, rows, bonds)


def _check_maturities(
    reader: ColumnReader, names: list[str], rows: list[tuple[int, int]], bonds: BondUniverse
) -> None:
    days = reader.dates("maturity", missing=Missing.ALLOWED) if "maturity" in reader else []
    for row, bond in rows if days else ():
        matures: dt.date = bonds.maturities[bond].item()
        if (day := days[row]) is not None and day != matures:
            what = f"{names[row]!r} matures on {day} here and on {matures} in the universe"
            reader.problem(row, "maturity", what, _ONE_TERM)


def _say_other_prices(
    reader: ColumnReader, rows: list[tuple[int, int]], bonds: BondUniverse
) -> None:
    prices = reader.numbers("price", _STATED) if "price" in reader else []
    stated = [(prices[row], bonds.clean_prices[bond]) for row, bond in rows] if prices else []
    count = sum(price is not None and abs(price - known) > _SAME for price, known in stated)
    if count:
        verb = "price differs" if count == 1 else "prices differ"
        message = f"{count} {verb} from the universe's, which is used"
        reader.cautions.append(Caution("holding_prices", f"{reader.table.source}: {message}"))


def _refuse_strangers(reader: ColumnReader, rows: list[int], universe: BondReading) -> None:
    """Refuse a holding that neither the universe nor its own row describes."""
    reasons = {bond.identifier: bond.reason for bond in universe.excluded}
    names = reader.texts("identifier")
    for row in rows:
        missing = [
            headings[0]
            for headings in _TERMS
            if all(_is_empty(reader, row, heading) for heading in headings)
        ]
        if not missing:
            continue
        name = names[row]
        if name in reasons:
            gone = reasons[name] == MATURED
            remedy = MATURED_REMEDY if gone else "give its terms and a price in this row"
            reader.problem(row, "identifier", f"{name!r} in the universe: {reasons[name]}", remedy)
            continue
        nearest = get_close_matches(name, universe.bonds.identifiers, n=1, cutoff=_NEAR)
        hint = f"did you mean {nearest[0]!r}? Otherwise " if nearest else ""
        what = f"{name!r} is not in the universe, and its row gives no {', no '.join(missing)}"
        remedy = f"{hint}add it to the universe, or its terms to this row"
        reader.problem(row, "identifier", what, remedy)


def _is_empty(reader: ColumnReader, row: int, heading: str) -> bool:
    return heading not in reader or is_blank([reader.table.column(heading)[row]])


def _own_terms(
    table: Table, rows: list[int], settlement: dt.date, currency: str
) -> tuple[BondUniverse, tuple[Caution, ...]]:
    """The bonds that only the holdings describe, each once however many lots are held."""
    chosen = replace(
        table,
        rows=tuple(table.rows[row] for row in rows),
        row_numbers=tuple(table.row_numbers[row] for row in rows),
        cautions=(),
    )
    reading = read_holdings(chosen, settlement=settlement, currency=currency)
    bonds, first = reading.bonds, dict[str, int]()
    for row, name in enumerate(bonds.identifiers):
        same = first.setdefault(name, row)
        columns = (bonds.coupons, bonds.maturities, bonds.clean_prices)
        if any(column[row] != column[same] for column in columns):
            what = (
                f"{name!r} has other terms or another price than in line {chosen.row_numbers[same]}"
            )
            refuse(chosen.where(row, "identifier"), what, "give lots of one bond the same terms")
    return bonds.take(np.array(list(first.values()))), reading.cautions


def _say_unlisted(source: str, bonds: BondUniverse) -> Caution:
    verb = "bond is" if len(bonds) == 1 else "bonds are"
    message = f"{len(bonds)} {verb} not in the universe: held or sold, never bought"
    return Caution("holdings_outside_universe", f"{source}: {message}")


def _understood(held: FloatArray, of_own: int) -> str:
    outside = f", {of_own} rows outside the universe" if of_own else ""
    count = int((held > 0).sum())
    noun = "bond" if count == 1 else "bonds"
    return f"{count} {noun} held, face {held.sum():,.0f}{outside}"
