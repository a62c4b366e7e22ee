from __future__ import annotations

import numpy as np
import pytest

from defease.bonds import (
    YieldBenchmark,
    price_on_curve,
    yield_spreads,
    yields_to_maturity,
)
from defease.curves import Compounding, curve_from_par_yields, curve_from_spot_rates
from tests.unit.bonds.builders import bond

CURVE = curve_from_spot_rates([1.0, 10.0, 30.0], [0.02, 0.04, 0.05], compounding=Compounding.ANNUAL)


def test_a_bond_priced_on_the_curve_has_no_spread_over_its_own_payments() -> None:
    steep = bond("2046-03-25", 0.08)
    on_curve = price_on_curve(steep, CURVE)
    own = yield_spreads(steep, CURVE, dirty_prices=on_curve)
    par = yield_spreads(steep, CURVE, dirty_prices=on_curve, benchmark=YieldBenchmark.PAR)
    assert own.tolist() == [0.0]
    # a high coupon comes early, where the rising curve is lower
    assert par[0] < -0.0005


def test_a_stripped_bond_has_its_spread_over_the_spot_rate() -> None:
    strip = bond("2036-03-22", 0.0, price=60.0)  # 3,650 days: ten years of 365
    found = yield_spreads(strip, CURVE, benchmark=YieldBenchmark.ZERO)
    spot = 2 * (1.04**0.5 - 1)
    assert found[0] == pytest.approx(yields_to_maturity(strip)[0] - spot, abs=1e-15)


def test_a_par_bond_has_its_spread_over_the_par_yield() -> None:
    # par yields of 4% at every term: the spread of a 5% bond at par is one point
    flat = curve_from_par_yields([0.5, 10.0, 30.0], [0.04, 0.04, 0.04])
    found = yield_spreads(bond("2041-03-25", 0.05), flat, benchmark=YieldBenchmark.PAR)
    assert found[0] == pytest.approx(0.01, abs=1e-5)


def test_frequencies_are_those_of_each_bond() -> None:
    annual = bond("2036-03-22", 0.0, price=60.0, frequency=1)
    found = yield_spreads(annual, CURVE, benchmark=YieldBenchmark.ZERO)
    assert np.isclose(found[0], yields_to_maturity(annual)[0] - 0.04, atol=1e-15)
