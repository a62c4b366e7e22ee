"""Prices on a curve against sums written out, and spreads that give prices back."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from defease.bonds import generate_universe, payments_of, price_on_curve, z_spreads
from defease.curves import curve_from_spot_rates, flat_curve
from defease.curves.compounding import Compounding
from defease.errors import InputError, SolverError
from tests.unit.bonds.builders import bond

CURVE = curve_from_spot_rates(
    [1.0, 5.0, 10.0, 30.0], [0.03, 0.035, 0.04, 0.045], compounding=Compounding.ANNUAL
)


def test_a_price_is_the_sum_of_discounted_payments() -> None:
    universe = bond("2031-02-15", 0.05)
    paid = payments_of(universe)
    slow = 0.0
    for day, amount in zip(paid.dates.tolist(), paid.amounts.tolist(), strict=True):
        t = (day - dt.date(2026, 3, 25)).days / 365
        spot = float(CURVE.annual_spot_rates([t])[0])
        slow += amount * (1 + spot + 0.01) ** -t
    assert price_on_curve(universe, CURVE, spread=0.01)[0] == pytest.approx(slow, rel=1e-13)


def test_spreads_return_the_prices_they_were_made_with() -> None:
    market = generate_universe(CURVE, count=200, settlement=dt.date(2025, 12, 31), seed=3)
    spreads = np.linspace(-0.02, 0.3, len(market))
    prices = price_on_curve(market, CURVE, spread=spreads)
    assert z_spreads(market, CURVE, dirty_prices=prices).tolist() == pytest.approx(
        spreads.tolist(), abs=1e-11
    )


def test_a_price_that_no_spread_explains_is_refused() -> None:
    # 100 due tomorrow for 900,000 today: the daily rate would have to be -100% to many digits
    universe = bond("2026-03-26", 0.0)
    with pytest.raises(SolverError, match="no spread over the curve explains the price of bond"):
        z_spreads(universe, CURVE, dirty_prices=np.array([9e5]))
    with pytest.raises(InputError, match="dirty price is 0"):
        z_spreads(universe, CURVE, dirty_prices=np.array([0.0]))


def test_a_spread_below_minus_100_percent_is_refused() -> None:
    with pytest.raises(InputError, match="keep spot rate plus spread above -100%"):
        price_on_curve(bond("2031-02-15"), flat_curve(0.04), spread=-1.05)
