"""The bonds that may be bought or are held, column by column, checked once and then frozen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray, read_only
from defease.bonds.accrued import accrued_of_terms
from defease.bonds.checks import universe_problems
from defease.bonds.ratings import TREASURY
from defease.bonds.street import StreetForm, street_form
from defease.bonds.terms import FACE, NO_DATE, BondTerms, day_count_codes
from defease.dates import DayCount
from defease.errors import bad_input

NOT_GIVEN: Any = ()
"""A column left out: each bond takes the default that the column's description names."""


@dataclass(frozen=True, eq=False, kw_only=True)
class BondUniverse:
    """Bonds with their terms, prices and what limits need to know about them.

    Every column has one entry per bond; prices are per 100 face, coupons decimals.

    Attributes
    ----------
    settlement : date
        The day on which bonds and money change hands (the caller adds T+1 where that is meant).
    identifiers : tuple of str
        Names of the bonds, unique only as far as the source is.
    coupons : ndarray
        Annual coupon, 0 for bills and zeros.
    maturities : ndarray of days
        After settlement for every bond; matured ones are the reader's to exclude.
    clean_prices : ndarray
        Above 0; a missing price is the reader's to exclude.
    frequencies : ndarray of int
        1, 2, 4 or 12 coupons a year (default 2); 0 for bills, whose yield is bond-equivalent.
        A stripped coupon or principal is a bond of frequency 2 with coupon 0.
    day_counts : tuple of DayCount
        Default ACT/ACT ICMA for rating UST, else 30/360.
    ratings : tuple of str
        S&P symbols, "UST" for Treasuries, "" for unrated (default).
    issuers, sectors, countries : tuple of str
        Default "".
    outstanding : ndarray
        Face amount that exists, infinite when not known (default).
    offered : ndarray
        Face amount on offer (the quoted size), 0 where nothing is; infinite when not known
        (default).
    bids, asks : ndarray
        Clean prices at which the bond can be sold and bought, NaN where not quoted (default).
    callable, watch : ndarray of bool
        Whether the issuer may redeem early, and whether the bond is on a watch list (default no).
    call_dates : ndarray of days
        First day on which the issuer may redeem, NaT where not known or never (default); a bond
        with a call date is callable.
    call_prices : ndarray
        Paid on a call per 100 face, accrued interest aside; default 100.
    first_coupons, issue_dates : ndarray of days
        NaT where not known (default); used while an odd first coupon is still to come.
    accrued : ndarray
        Per 100 face; left out or NaN: computed by the bond's own day count.

    Raises
    ------
    InputError
        With every problem of every bond.

    Examples
    --------
    >>> bonds = BondUniverse(
    ...     settlement=dt.date(2026, 3, 25), identifiers=("note",), ratings=("UST",),
    ...     coupons=np.array([0.04125]), clean_prices=np.array([98.1015625]),
    ...     maturities=np.array(["2036-02-15"], "datetime64[D]"))
    >>> bonds.accrued.round(6), bonds.dirty_prices.round(6)
    (array([0.433011]), array([98.534574]))
    """

    settlement: dt.date
    identifiers: tuple[str, ...]
    coupons: FloatArray
    maturities: DateArray
    clean_prices: FloatArray
    frequencies: IntArray = NOT_GIVEN
    day_counts: tuple[DayCount, ...] = NOT_GIVEN
    issuers: tuple[str, ...] = NOT_GIVEN
    sectors: tuple[str, ...] = NOT_GIVEN
    ratings: tuple[str, ...] = NOT_GIVEN
    countries: tuple[str, ...] = NOT_GIVEN
    outstanding: FloatArray = NOT_GIVEN
    offered: FloatArray = NOT_GIVEN
    bids: FloatArray = NOT_GIVEN
    asks: FloatArray = NOT_GIVEN
    callable: BoolArray = NOT_GIVEN
    watch: BoolArray = NOT_GIVEN
    call_dates: DateArray = NOT_GIVEN
    call_prices: FloatArray = NOT_GIVEN
    first_coupons: DateArray = NOT_GIVEN
    issue_dates: DateArray = NOT_GIVEN
    accrued: FloatArray = NOT_GIVEN
    terms: BondTerms = field(init=False, repr=False)

    def __post_init__(self) -> None:
        columns = _completed(self)
        universe_problems(columns, self.settlement).raise_if_any()
        for name, column in columns.items():
            object.__setattr__(self, name, column)
        terms = BondTerms(
            settlement=self.settlement,
            coupons=self.coupons,
            maturities=self.maturities,
            frequencies=self.frequencies,
            conventions=read_only(day_count_codes(self.day_counts)),
            first_coupons=self.first_coupons,
            issue_dates=self.issue_dates,
        )
        object.__setattr__(self, "terms", terms)
        object.__setattr__(self, "accrued", _with_computed_accrued(self.accrued, terms))

    def __len__(self) -> int:
        return len(self.identifiers)

    @cached_property
    def dirty_prices(self) -> FloatArray:
        """What 100 face costs at settlement: clean price plus accrued interest."""
        return read_only(self.clean_prices + self.accrued)

    @cached_property
    def half_spreads(self) -> FloatArray:
        """Half of ask less bid per 100 face: what a trade costs; 0 where either is not quoted.

        Examples
        --------
        >>> bonds = BondUniverse(
        ...     settlement=dt.date(2026, 3, 25), identifiers=("a", "b"), clean_prices=np.ones(2),
        ...     coupons=np.zeros(2), maturities=np.array(["2030-01-01"] * 2, "datetime64[D]"),
        ...     bids=np.array([0.75, 0.75]), asks=np.array([1.25, np.nan]))
        >>> bonds.half_spreads
        array([0.25, 0.  ])
        """
        halves = (self.asks - self.bids) / 2.0
        return read_only(np.where(np.isnan(halves), 0.0, halves))

    @cached_property
    def street(self) -> StreetForm:
        """The bonds in the form of the street's yield formula."""
        return street_form(self.terms)

    @cached_property
    def is_treasury(self) -> BoolArray:
        """Whether a bond counts as Treasury: only by its rating, UST."""
        return read_only(np.array([rating == TREASURY for rating in self.ratings], dtype=bool))

    def take(self, chosen: IntArray | BoolArray) -> BondUniverse:
        """The bonds at these positions (or where the mask is true), in that order.

        Examples
        --------
        >>> bonds = BondUniverse(
        ...     settlement=dt.date(2026, 3, 25), identifiers=("a", "b"), clean_prices=np.ones(2),
        ...     coupons=np.zeros(2), maturities=np.array(["2030-01-01"] * 2, "datetime64[D]"))
        >>> bonds.take(np.array([False, True])).identifiers
        ('b',)
        """
        positions = np.arange(len(self))[chosen]
        listed = positions.tolist()
        columns: dict[str, Any] = {}
        for name in _COLUMNS:
            column = getattr(self, name)
            of_text = isinstance(column, tuple)
            columns[name] = tuple(map(column.__getitem__, listed)) if of_text else column[positions]
        return BondUniverse(settlement=self.settlement, **columns)

    def joined_with(self, others: BondUniverse) -> BondUniverse:
        """These bonds and then the others, which must settle on the same day.

        Examples
        --------
        >>> bonds = BondUniverse(
        ...     settlement=dt.date(2026, 3, 25), identifiers=("a", "b"), clean_prices=np.ones(2),
        ...     coupons=np.zeros(2), maturities=np.array(["2030-01-01"] * 2, "datetime64[D]"))
        >>> bonds.take(np.array([1])).joined_with(bonds.take(np.array([0]))).identifiers
        ('b', 'a')
        """
        if others.settlement != self.settlement:
            what = f"settle on {self.settlement} and on {others.settlement}"
            raise bad_input(where="bonds", what=what, remedy="settle both on the same day")
        columns: dict[str, Any] = {}
        for name in _COLUMNS:
            column, more = getattr(self, name), getattr(others, name)
            of_text = isinstance(column, tuple)
            columns[name] = column + more if of_text else np.concatenate((column, more))
        return BondUniverse(settlement=self.settlement, **columns)


_COLUMNS = tuple(f.name for f in fields(BondUniverse) if f.name not in {"settlement", "terms"})
_DEFAULTS: dict[str, float | bool | np.datetime64] = {
    "coupons": 0.0,
    "maturities": NO_DATE,
    "clean_prices": np.nan,
    "frequencies": 2,
    "outstanding": np.inf,
    "offered": np.inf,
    "bids": np.nan,
    "asks": np.nan,
    "callable": False,
    "watch": False,
    "call_dates": NO_DATE,
    "call_prices": FACE,
    "first_coupons": NO_DATE,
    "issue_dates": NO_DATE,
    "accrued": np.nan,
}
_DTYPES = {
    "maturities": "datetime64[D]",
    "call_dates": "datetime64[D]",
    "first_coupons": "datetime64[D]",
    "issue_dates": "datetime64[D]",
    "frequencies": "int64",
    "callable": "bool",
    "watch": "bool",
}


def _completed(universe: BondUniverse) -> dict[str, Any]:
    n = len(universe.identifiers)
    columns: dict[str, Any] = {
        name: _array_column(
            getattr(universe, name), n, _DEFAULTS[name], _DTYPES.get(name, "float64")
        )
        for name in _DEFAULTS
    }
    if len(columns["callable"]) == len(columns["call_dates"]):
        columns["callable"] = read_only(columns["callable"] | ~np.isnat(columns["call_dates"]))
    for name in ("identifiers", "issuers", "sectors", "ratings", "countries"):
        columns[name] = tuple(getattr(universe, name)) or ("",) * n
    usual = dict.fromkeys(columns["ratings"], DayCount.THIRTY_360)
    usual[TREASURY] = DayCount.ACT_ACT_ICMA
    default = map(usual.__getitem__, columns["ratings"])
    columns["day_counts"] = tuple(universe.day_counts) or tuple(default)
    return columns


def _array_column(given: Any, n: int, default: Any, dtype: str) -> Any:
    if isinstance(given, tuple) and not given:
        return read_only(np.full(n, default, dtype=dtype))
    return read_only(np.array(given, dtype=dtype))


def _with_computed_accrued(given: FloatArray, terms: BondTerms) -> FloatArray:
    missing = np.isnan(given)
    if not missing.any():
        return given
    filled = given.copy()
    filled[missing] = accrued_of_terms(terms.take(missing))
    return read_only(filled)
