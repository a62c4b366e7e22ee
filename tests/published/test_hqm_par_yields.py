"""HQM corporate curve: spot rates are semiannual and recompute the published par yields.

Source: US Treasury, Office of Economic Policy, High Quality Market corporate bond yield curve,
monthly spot rates at 0.5 to 100 years and par yields at 2, 5, 10 and 30 years, 1984 to 2016.
"""

from __future__ import annotations

import numpy as np

from defease.curves import Compounding, curve_from_spot_rates
from tests.shared_files import shared_rows

PUBLISHED_ROUNDING = 0.005  # percent; the table prints two decimals


def test_spot_curves_reproduce_published_par_yields_in_every_month() -> None:
    spot = shared_rows("data/rates/hqm_spot_monthly_1984_2016.csv")
    par = {row["month"]: row for row in shared_rows("data/rates/hqm_par_monthly_1984_2016.csv")}
    terms = np.array([float(name) for name in spot[0] if name != "month"])
    worst = 0.0
    for row in spot:
        rates = np.array([float(row[name]) for name in row if name != "month"]) / 100
        curve = curve_from_spot_rates(terms, rates, compounding=Compounding.SEMIANNUAL)
        published = [float(par[row["month"]][f"par_{n}Y"]) for n in (2, 5, 10, 30)]
        ours = 100 * curve.par_yields([2.0, 5.0, 10.0, 30.0])
        worst = max(worst, float(np.abs(ours - published).max()))
    assert len(spot) == 395
    assert worst <= PUBLISHED_ROUNDING + 1e-9
