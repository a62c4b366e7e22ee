"""Hedge ratios before and after trading, against repricing."""

from __future__ import annotations

import numpy as np
import pytest

from defease.bonds import price_on_curve
from defease.curves import flat_curve
from defease.matching import MatchingPolicy
from defease.matching.desk import CurrentPortfolio, hedge_ratios, rebalance
from defease.valuation import present_value
from tests.desk_data import closed_plan, market

CURVE = flat_curve(0.04)


def test_dv01s_agree_with_repricing_at_shifted_rates() -> None:
    bonds = market()
    current = CurrentPortfolio(faces={bonds.identifiers[5]: 1e6, bonds.identifiers[9]: 3e5})
    found = rebalance(closed_plan(), bonds, current, policy=MatchingPolicy(reinvestment_rate=0.01))
    hedges = hedge_ratios(found, CURVE)
    up, down = flat_curve(0.0401), flat_curve(0.0399)
    owed = present_value(closed_plan(), down) - present_value(closed_plan(), up)
    assert hedges.liability.sum() == pytest.approx(owed / 2.0, rel=1e-6)
    moved = (price_on_curve(bonds, down) - price_on_curve(bonds, up)) / 2.0
    held = np.array([current.faces.get(name, 0.0) / 100.0 for name in bonds.identifiers])
    assert hedges.before.sum() == pytest.approx(float(held @ moved), rel=1e-6)
    assert hedges.ratio_before == pytest.approx(float(held @ moved) / (owed / 2.0), rel=1e-6)
    assert hedges.ratio_after is not None
    assert 0.9 < hedges.ratio_after < 1.1


def test_a_tenor_without_payments_has_no_ratio() -> None:
    bonds = market()
    current = CurrentPortfolio(faces={bonds.identifiers[5]: 1e6})
    found = rebalance(closed_plan(), bonds, current)
    hedges = hedge_ratios(found, CURVE, tenors=(1.0, 3.0, 5.0, 20.0, 30.0))
    assert hedges.by_tenor_after[-1] is None
    assert hedges.by_tenor_before[-1] is None
    assert hedges.by_tenor_after[0] is not None
