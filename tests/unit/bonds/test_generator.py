"""The sample market is reproducible, plausible, and cannot be mistaken for a real one."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from defease.bonds import generate_universe, is_valid_cusip, rating_rank, z_spreads
from defease.bonds.generator import SECTORS
from defease.curves import curve_from_par_yields
from defease.errors import InputError

SETTLEMENT = dt.date(2025, 12, 31)
CURVE = curve_from_par_yields([0.5, 2, 5, 10, 20, 30], [0.041, 0.038, 0.039, 0.042, 0.046, 0.045])
MARKET = generate_universe(CURVE, settlement=SETTLEMENT, seed=7)


def test_the_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    again = generate_universe(CURVE, settlement=SETTLEMENT, seed=7)
    other = generate_universe(CURVE, settlement=SETTLEMENT, seed=8)
    assert again.clean_prices.tolist() == MARKET.clean_prices.tolist()
    assert again.ratings == MARKET.ratings
    assert other.clean_prices.tolist() != MARKET.clean_prices.tolist()


def test_sizes_names_and_identifiers() -> None:
    assert len(MARKET) == len(set(MARKET.identifiers)) == 1500
    assert int(MARKET.is_treasury.sum()) == 225
    assert len(set(MARKET.issuers)) == 121
    assert all(name.startswith("Sample ") for name in MARKET.issuers)
    assert all(is_valid_cusip(name) and name.startswith("99") for name in MARKET.identifiers)
    assert set(MARKET.sectors) == {*SECTORS, "Treasury"}


def test_ten_thousand_bonds_have_distinct_identifiers() -> None:
    large = generate_universe(CURVE, count=10_000, settlement=SETTLEMENT, seed=1)
    assert len(set(large.identifiers)) == 10_000


def test_every_bond_of_an_issuer_has_its_rating_and_sector() -> None:
    for column in (MARKET.ratings, MARKET.sectors):
        pairs = set(zip(MARKET.issuers, column, strict=True))
        assert max(Counter(issuer for issuer, _ in pairs).values()) == 1


def test_coupons_are_eighths_and_prices_are_rounded() -> None:
    eighths = MARKET.coupons / 0.00125
    assert np.abs(eighths - np.round(eighths)).max() < 1e-9
    assert np.abs(MARKET.clean_prices * 1e4 - np.round(MARKET.clean_prices * 1e4)).max() < 1e-6
    assert MARKET.clean_prices.min() > 40
    assert MARKET.clean_prices.max() < 140


def test_spreads_rise_with_credit_risk_and_treasuries_have_almost_none() -> None:
    spreads = z_spreads(MARKET, CURVE)
    ranks = np.array([rating_rank(rating) for rating in MARKET.ratings])
    buckets = [(0, 0), (2, 4), (5, 7), (8, 10)]
    means = [float(spreads[(ranks >= low) & (ranks <= high)].mean()) for low, high in buckets]
    assert means == sorted(means)
    assert abs(means[0]) < 1e-4
    assert 0.004 < means[3] < 0.02


def test_maturities_reach_from_months_to_thirty_years() -> None:
    years = (MARKET.maturities - np.datetime64(SETTLEMENT)).astype(float) / 365.25
    treasuries = years[MARKET.is_treasury]
    assert years.min() > 0
    assert years.max() < 30.1
    assert treasuries.max() > 29
    assert np.histogram(treasuries, bins=30, range=(0, 30))[0].min() > 0
    assert 0.05 < MARKET.callable.mean() < 0.3


@pytest.mark.parametrize("count", [0, 19, 100_001])
def test_a_market_too_small_or_too_large_is_refused(count: int) -> None:
    with pytest.raises(InputError, match="cannot make"):
        generate_universe(CURVE, count=count, settlement=SETTLEMENT, seed=1)
