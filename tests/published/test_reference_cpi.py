"""Reference CPI of US inflation-linked bonds from the monthly index, and their real curve.

Source: TreasuryDirect, daily reference CPI 1998-04-15 to 2026-08-31, the base reference CPI of 109
TIPS and prices of 2026-03-24; Bureau of Labor Statistics, CPI-U not seasonally adjusted (October
2025 never published: Treasury used 325.604, by the rule of 31 CFR part 356).  CPI-U of January to
August 2000 and of May to August 2016 was corrected later; TIPS keep the figures first published.
"""

from __future__ import annotations

import numpy as np
import pytest

from defease.bonds import BondUniverse
from defease.curves import (
    BreakevenCurve,
    CpiSeries,
    bootstrap_bonds,
    cpi_series,
    fit_spline,
    index_ratios,
    replacement_level,
)
from defease.errors import InputError
from tests.shared_files import shared_rows
from tests.treasury_fits import notes_and_bonds, payments_and_prices
from tests.treasury_prices import tips_of_2026, treasuries_of_2026

MISSING = "2025-10"
FIRST_OF_2000 = [168.7, 169.7, 171.1, 171.2, 171.3, 172.3, 172.6, 172.7]
FIRST_OF_2016 = [240.236, 241.038, 240.647, 240.853]
FIRST_PUBLISHED = {
    **{f"2000-{month:02}": level for month, level in enumerate(FIRST_OF_2000, start=1)},
    **{f"2016-{month:02}": level for month, level in enumerate(FIRST_OF_2016, start=5)},
}
PRINTED = 1.01e-5
"""Five decimals; one unit apart where a share of a month falls on half of the last one."""


def published_levels() -> tuple[list[str], list[float]]:
    rows = shared_rows("data/returns/cpi_u_monthly_1913_2026.csv")
    levels = [FIRST_PUBLISHED.get(row["month"], float(row["index"])) for row in rows]
    return [row["month"] for row in rows], levels


def complete_series() -> CpiSeries:
    months, levels = published_levels()
    before = months.index("2025-09") + 1
    bridge = replacement_level(cpi_series(months[:before], levels[:before]))
    return cpi_series(months, levels, projected={MISSING: bridge})


def seasoned_tips() -> BondUniverse:
    """With more than a year to run: nearer ones are priced for known inflation and the season."""
    real = tips_of_2026().real
    keep: np.ndarray = real.maturities > np.datetime64("2027-03-25", "D")
    return real.take(np.flatnonzero(keep))


def test_the_gap_of_october_2025_is_refused_by_name() -> None:
    months, levels = published_levels()
    with pytest.raises(InputError, match=r"CPI: 2025-10 is missing; declare a projection"):
        cpi_series(months, levels)


def test_the_declared_bridge_is_treasurys_replacement_and_is_announced() -> None:
    series = complete_series()
    assert series.level_of(np.array([MISSING], dtype="datetime64[M]"))[0] == 325.604
    assert [caution.code for caution in series.cautions] == ["cpi_projected"]


def test_daily_reference_cpi_of_28_years() -> None:
    rows = shared_rows("data/bonds/tips_ref_cpi_daily.csv.gz")
    days = np.array([row["date"] for row in rows], dtype="datetime64[D]")
    published = np.array([float(row["refCpi"]) for row in rows])
    known = days <= np.datetime64("2026-08-01", "D")  # the last CPI here is that of May 2026
    assert known.sum() > 10_000
    found = complete_series().reference_on(days[known])
    np.testing.assert_allclose(found, published[known], rtol=0, atol=PRINTED)


def test_base_cpi_is_the_reference_cpi_of_the_dated_date() -> None:
    rows = shared_rows("data/bonds/tips_reference.csv")
    assert len(rows) == 109
    days = np.array([row["datedDate"] for row in rows], dtype="datetime64[D]")
    published = [float(row["baseCpi"]) for row in rows]
    np.testing.assert_allclose(
        complete_series().reference_on(days), published, rtol=0, atol=PRINTED
    )


def test_the_index_ratio_of_the_note_of_2026() -> None:
    rows = shared_rows("data/bonds/tips_reference.csv")
    base = next(float(row["baseCpi"]) for row in rows if row["maturity"] == "2026-07-15")
    reference = complete_series().reference_on(np.array(["2026-03-25"], dtype="datetime64[D]"))
    # by hand: 24/31 of the way from the CPI of 2025-12 to that of 2026-01
    by_hand = 324.054 + 24 / 31 * (325.252 - 324.054)
    assert reference[0] == pytest.approx(by_hand, abs=5.1e-6)
    assert index_ratios(reference, base)[0] == pytest.approx(by_hand / base, abs=6e-6)


def test_real_curves_from_tips_on_real_prices() -> None:
    bonds = payments_and_prices(seasoned_tips())
    assert len(bonds) == 48
    assert fit_spline(bonds).report.yield_rms_bp < 8.0
    one_each = bonds.take(np.unique(bonds.maturities, return_index=True)[1])
    exact = bootstrap_bonds(one_each)
    np.testing.assert_allclose(one_each.prices_on(exact.curve), one_each.prices, rtol=0, atol=1e-10)


def test_breakeven_inflation_of_march_2026_lies_between_two_and_three_percent() -> None:
    nominal = fit_spline(payments_and_prices(notes_and_bonds(treasuries_of_2026())))
    real = fit_spline(payments_and_prices(seasoned_tips()))
    years = np.array([5.0, 10.0, 20.0, 30.0])
    breakeven = BreakevenCurve(nominal.curve, real.curve)
    rates = breakeven.rates(years)
    assert rates.min() > 0.02
    assert rates.max() < 0.03
    np.testing.assert_allclose(breakeven.index_growth(years), (1 + rates) ** years, rtol=1e-12)
