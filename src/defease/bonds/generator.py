"""A made-up bond market, the same on every machine: for samples and benchmarks, not for valuation.

Treasuries are priced on the given curve, corporates on the curve plus a spread by rating and
maturity with noise for the issuer and for the bond.  Every issuer is invented, and every
identifier lies in the CUSIP range reserved for private use (it starts with 99), so that none can be
mistaken for a real security.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, DateArray, FloatArray, IntArray
from defease.bonds.identifiers import cusip_check_digit
from defease.bonds.pricing import price_on_curve
from defease.bonds.ratings import RATINGS, TREASURY
from defease.bonds.terms import DISCOUNT_FREQUENCY
from defease.bonds.universe import BondUniverse
from defease.dates import add_months_to
from defease.errors import bad_input

if TYPE_CHECKING:
    from defease.curves import DiscountCurve

SECTORS = (
    "Banking", "Insurance", "Technology", "Health Care", "Energy", "Utilities", "Consumer Cyclical",
    "Consumer Non-Cyclical", "Capital Goods", "Communications", "Transportation",
)  # fmt: skip
INVESTMENT_GRADE = RATINGS[: RATINGS.index("BBB-") + 1]
ISSUER_SHARES = (0.01, 0.01, 0.03, 0.07, 0.10, 0.14, 0.16, 0.16, 0.20, 0.12)
"""Share of issuers by rating, from AAA to BBB-."""
BASE_SPREADS = np.array([20.0, 26.0, 32.0, 40.0, 50.0, 60.0, 72.0, 92.0, 115.0, 155.0]) / 1e4
"""Spread over the curve at ten years by rating, from AAA to BBB-."""
TREASURY_SHARE, BILL_SHARE = 0.15, 0.06
BONDS_PER_ISSUER = 10.6
LONGEST_YEARS = 30
EIGHTH = 0.00125
ISSUE_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
ISSUES_PER_NUMBER = len(ISSUE_LETTERS) ** 2
TREASURY_ISSUER = "Sample Treasury"
FEWEST_BONDS, MOST_BONDS = 20, 100_000


@dataclass(frozen=True, eq=False)
class _Draft:
    """A group of bonds before it has prices."""

    issuers: tuple[str, ...]
    sectors: tuple[str, ...]
    ratings: tuple[str, ...]
    maturities: DateArray
    frequencies: IntArray
    spreads: FloatArray
    outstanding: FloatArray
    callable: BoolArray
    watch: BoolArray
    premiums: FloatArray
    """Coupon less the yield of today: what has happened since the bond was issued."""


class _Draws:
    """Uniform numbers from a counter: Philox words, whose sequence is fixed for every version."""

    def __init__(self, seed: int) -> None:
        self._words = np.random.Philox(seed)

    def uniform(self, count: int, low: float = 0.0, high: float = 1.0) -> FloatArray:
        words = np.asarray(self._words.random_raw(count), dtype=np.uint64)
        fractions = (words >> np.uint64(11)).astype(np.float64) / 2.0**53
        return low + (high - low) * fractions

    def integers(self, count: int, low: int, high: int) -> IntArray:
        return np.floor(self.uniform(count, low, high)).astype(np.int64)

    def bell(self, count: int) -> FloatArray:
        """Mean 0, standard deviation 1, between -3.5 and 3.5: twelve uniforms would be a waste."""
        return np.asarray(2.0 * sum(self.uniform(count, -0.5, 0.5) for _ in range(3)))

    def happens(self, count: int, probability: float) -> BoolArray:
        return np.asarray(self.uniform(count) < probability)

    def choice(self, count: int, shares: tuple[float, ...]) -> IntArray:
        ends = np.cumsum(shares) / sum(shares)
        return np.searchsorted(ends, self.uniform(count), side="right")


def generate_universe(
    curve: DiscountCurve, *, count: int = 1500, settlement: dt.date, seed: int
) -> BondUniverse:
    """A synthetic market of Treasuries (about 15%) and investment-grade corporates.

    Parameters
    ----------
    curve : DiscountCurve
        Treasury spot rates at settlement.
    count : int
        Number of bonds, 20 to 100,000; one issuer for every ten or eleven corporates.
    settlement : date
        The day of purchase.
    seed : int
        The same seed gives the same market.

    Returns
    -------
    BondUniverse
        Maturities from one month to 30 years; coupons in eighths of a percent; clean prices rounded
        to 0.0001; Treasuries ACT/ACT with bills among them, corporates semiannual 30/360, some of
        them callable or watched.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> market = generate_universe(
    ...     flat_curve(0.04), count=100, settlement=dt.date(2025, 12, 31), seed=1)
    >>> len(market), market.issuers[-1], int(market.is_treasury.sum())
    (100, 'Sample Issuer 008', 15)
    """
    if not FEWEST_BONDS <= count <= MOST_BONDS:
        where, remedy = "sample universe", f"ask for {FEWEST_BONDS} to {MOST_BONDS}"
        raise bad_input(where, f"cannot make {count} bonds", remedy)
    draws = _Draws(seed)
    treasuries = round(TREASURY_SHARE * count)
    drafts = (
        _treasuries(draws, treasuries, settlement),
        _corporates(draws, count - treasuries, settlement),
    )
    return _priced(_joined(drafts), curve, settlement)


def _treasuries(draws: _Draws, count: int, settlement: dt.date) -> _Draft:
    bills = max(1, round(BILL_SHARE * count))
    months = np.concatenate(
        [
            np.linspace(1, 12, bills).round().astype(np.int64),
            np.linspace(3, 12 * LONGEST_YEARS, count - bills).round().astype(np.int64),
        ]
    )
    days = np.where(draws.happens(count, 0.5), 15, 31)
    return _Draft(
        issuers=(TREASURY_ISSUER,) * count,
        sectors=("Treasury",) * count,
        ratings=(TREASURY,) * count,
        maturities=add_months_to(settlement, months, anchor_days=days),
        frequencies=np.where(np.arange(count) < bills, 0, DISCOUNT_FREQUENCY),
        spreads=2e-4 * draws.bell(count),
        outstanding=1e9 * draws.integers(count, 20, 81).astype(np.float64),
        callable=np.zeros(count, dtype=bool),
        watch=np.zeros(count, dtype=bool),
        premiums=draws.uniform(count, -0.025, 0.01),
    )


def _corporates(draws: _Draws, count: int, settlement: dt.date) -> _Draft:
    issuers = max(8, round(count / BONDS_PER_ISSUER))
    grades = np.sort(draws.choice(issuers, ISSUER_SHARES))[np.argsort(draws.uniform(issuers))]
    sectors = np.arange(issuers) % len(SECTORS)
    issuer_noise = np.clip(1.0 + 0.15 * draws.bell(issuers), 0.5, 1.6)
    owner = np.sort(np.arange(count) % issuers)
    months = _corporate_months(draws, count)
    years = months / 12.0
    base = BASE_SPREADS[grades[owner]] * (0.45 + 0.55 * np.minimum(years / 10.0, 1.0) ** 0.5)
    longer = 1.0 + 0.15 * np.maximum(years - 10.0, 0.0) / 20.0
    called = (years > 5) & draws.happens(count, 0.3)
    spreads = base * longer * issuer_noise[owner] + 4e-4 * draws.bell(count) + 1e-3 * called
    return _Draft(
        issuers=tuple(f"Sample Issuer {i + 1:03d}" for i in owner.tolist()),
        sectors=tuple(SECTORS[sectors[i]] for i in owner.tolist()),
        ratings=tuple(INVESTMENT_GRADE[grades[i]] for i in owner.tolist()),
        maturities=add_months_to(
            settlement, months, anchor_days=np.where(draws.happens(count, 0.5), 1, 15)
        ),
        frequencies=np.full(count, DISCOUNT_FREQUENCY),
        spreads=np.maximum(spreads, 5e-4),
        outstanding=50e6 * draws.integers(count, 6, 51).astype(np.float64),
        callable=called,
        watch=draws.happens(count, 0.02),
        premiums=draws.uniform(count, -0.025, 0.012),
    )


def _corporate_months(draws: _Draws, count: int) -> IntArray:
    """Two thirds of the bonds within ten years, the rest up to thirty."""
    short = draws.uniform(count) < 2 / 3
    within_ten, beyond = draws.integers(count, 3, 121), draws.integers(count, 121, 361)
    return np.where(short, within_ten, beyond)


def _joined(drafts: tuple[_Draft, ...]) -> _Draft:
    columns: dict[str, object] = {}
    for field in dataclasses.fields(_Draft):
        parts = [getattr(draft, field.name) for draft in drafts]
        of_text = isinstance(parts[0], tuple)
        columns[field.name] = sum(parts, ()) if of_text else np.concatenate(parts)
    return _Draft(**columns)  # type: ignore[arg-type]


def _priced(draft: _Draft, curve: DiscountCurve, settlement: dt.date) -> BondUniverse:
    pays = draft.frequencies > 0
    years = np.maximum((draft.maturities - np.datetime64(settlement, "D")).astype(float) / 365, 0.5)
    today = curve.par_yields(np.minimum(years, LONGEST_YEARS)) + draft.spreads + draft.premiums
    coupons = np.where(pays, np.maximum(np.round(today / EIGHTH), 1) * EIGHTH, 0.0)
    unpriced = BondUniverse(
        settlement=settlement,
        identifiers=_identifiers(draft.issuers),
        issuers=draft.issuers,
        sectors=draft.sectors,
        ratings=draft.ratings,
        countries=("United States",) * len(draft.issuers),
        coupons=coupons,
        maturities=draft.maturities,
        clean_prices=np.full(len(coupons), 100.0),
        frequencies=draft.frequencies,
        outstanding=draft.outstanding,
        callable=draft.callable,
        watch=draft.watch,
    )
    dirty = price_on_curve(unpriced, curve, spread=draft.spreads)
    return dataclasses.replace(unpriced, clean_prices=np.round(dirty - unpriced.accrued, 4))


def _identifiers(issuers: tuple[str, ...]) -> tuple[str, ...]:
    """CUSIP-shaped names in the private range: 99, issuer number, issue, check digit."""
    numbers: dict[tuple[str, int], int] = {}
    issued: dict[str, int] = {}
    names = []
    for issuer in issuers:
        issue = issued[issuer] = issued.get(issuer, -1) + 1
        block, place = divmod(issue, ISSUES_PER_NUMBER)
        number = numbers.setdefault((issuer, block), len(numbers))
        first, second = divmod(place, len(ISSUE_LETTERS))
        base = f"99{number:04d}{ISSUE_LETTERS[first]}{ISSUE_LETTERS[second]}"
        names.append(base + cusip_check_digit(base))
    return tuple(names)
