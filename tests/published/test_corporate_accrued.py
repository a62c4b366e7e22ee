"""Accrued interest of 3,002 corporate bonds as held by a large exchange-traded fund.

Holdings file of December 2025 (market value / par - price gives the accrued interest; the
settlement date 2025-12-18 was inferred from it, which explains 94% of the bonds within 0.006).
"""

from __future__ import annotations

import numpy as np

from defease.bonds import accrued_interest, callable_by_yields, yields_to_maturity
from tests.corporate_bonds import corporates
from tests.shared_files import shared_rows

FILE = "data/bonds/ig_corporate_universe_2025-12.csv"


def test_accrued_interest_agrees_for_all_but_odd_bonds() -> None:
    stated = np.array([float(row["accrued"]) for row in shared_rows(FILE)])
    difference = np.abs(accrued_interest(corporates()) - stated)
    assert np.mean(difference < 0.006) >= 0.94


def test_yields_agree_with_the_funds_own_where_the_accrued_interest_does() -> None:
    rows, universe = shared_rows(FILE), corporates()
    stated = np.array([float(row["accrued"]) for row in rows])
    theirs = np.array([float(row["ytm_pct"]) for row in rows])
    alike = np.abs(universe.accrued - stated) < 0.006
    difference = np.abs(100 * yields_to_maturity(universe) - theirs)[alike]
    # the file rounds prices, coupons and yields to two decimals: its median can be no better
    assert np.median(difference) < 0.005
    assert np.mean(difference < 0.03) > 0.9


def test_bonds_whose_yield_to_worst_is_lower_are_callable_and_mostly_above_par() -> None:
    rows, universe = shared_rows(FILE), corporates()
    to_maturity, to_worst = (
        np.array([float(row[name]) for row in rows]) / 100 for name in ("ytm_pct", "ytw_pct")
    )
    flagged = callable_by_yields(to_maturity, to_worst)
    # two decimals of a percent: every difference that the file can show is one basis point or more
    stated = np.array([row["ytw_pct"] != row["ytm_pct"] for row in rows])
    assert (flagged == stated).all()
    assert flagged.sum() > 800
    above_par = universe.clean_prices > 100
    assert above_par[flagged].mean() > 0.9
    assert above_par[~flagged].mean() < 0.25
