"""The Federal Reserve's daily Treasury curves from their own parameters.

Source: R. Gurkaynak, B. Sack and J. Wright, "The U.S. Treasury yield curve: 1961 to the present",
Federal Reserve Board, file feds200628: continuously compounded zero yields, instantaneous and
one-year forward rates, coupon-equivalent par yields, printed in percent to four decimals.
"""

from __future__ import annotations

import numpy as np
import pytest

from defease.curves import SvenssonCurve, gsw_curve
from tests.shared_files import shared_rows

PRINTED = 5e-5
DAYS = ("1961-06-30", "2024-08-09", "2024-08-29", "2024-08-30")


def day_of(date: str) -> tuple[dict[str, str], SvenssonCurve]:
    rows = shared_rows("data/rates/gsw_feds200628_sample.csv")
    row = next(row for row in rows if row["Date"] == date)
    betas = [float(row[f"BETA{i}"]) for i in range(4)]
    return row, gsw_curve(betas, [float(row["TAU1"]), float(row["TAU2"])])


def printed(row: dict[str, str], prefix: str) -> tuple[np.ndarray, np.ndarray]:
    found = {
        int(name.removeprefix(prefix)): float(value)
        for name, value in row.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdigit() and _is_number(value)
    }
    return np.array(list(found), dtype=np.float64), np.array(list(found.values()))


def _is_number(text: str) -> bool:
    return text not in {"", "NA"}


@pytest.mark.parametrize("date", DAYS)
def test_zero_yields(date: str) -> None:
    row, curve = day_of(date)
    years, rates = printed(row, "SVENY")
    assert len(years) >= 7
    np.testing.assert_allclose(100 * curve.continuous_spot_rates(years), rates, atol=PRINTED)


@pytest.mark.parametrize("date", DAYS)
def test_instantaneous_forward_rates(date: str) -> None:
    row, curve = day_of(date)
    years, rates = printed(row, "SVENF")
    np.testing.assert_allclose(100 * curve.instantaneous_forward_rates(years), rates, atol=PRINTED)


@pytest.mark.parametrize("date", DAYS)
def test_par_yields(date: str) -> None:
    row, curve = day_of(date)
    years, rates = printed(row, "SVENPY")
    np.testing.assert_allclose(100 * curve.par_yields(years), rates, atol=PRINTED)


def test_the_jump_of_parameters_in_august_2024_is_no_jump_of_the_curve() -> None:
    before, after = day_of("2024-08-09")[1], day_of("2024-08-29")[1]
    assert max(after.taus[1] / before.taus[1], before.taus[1] / after.taus[1]) > 5
    years = np.arange(1.0, 31.0)
    gap = after.continuous_spot_rates(years) - before.continuous_spot_rates(years)
    assert np.abs(gap).max() < 0.0030
