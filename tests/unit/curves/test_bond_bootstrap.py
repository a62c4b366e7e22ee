"""Exact curves through one bond per maturity, and what is left out before."""

from __future__ import annotations

import numpy as np
import pytest

from defease.curves import (
    Interpolation,
    bootstrap_bonds,
    flat_curve,
    priced_payments,
    svensson_curve,
    without_outliers,
)
from defease.errors import InputError, SolverError
from tests.unit.curves.bonds import coupon_bonds

YEARS = np.array([0.25, 0.5, 0.8, 1.3, 2.0, 3.1, 5.0, 7.4, 10.0, 20.0, 30.0])
TRUE = svensson_curve([0.045, -0.02, 0.01, 0.02], [1.5, 8.0])
LOCAL = [each for each in Interpolation if each is not Interpolation.CUBIC_ZERO]


@pytest.mark.parametrize("interpolation", LOCAL)
def test_every_bond_is_worth_its_price(interpolation: Interpolation) -> None:
    bonds = coupon_bonds(TRUE, YEARS[::-1], noise=0.1)
    fit = bootstrap_bonds(bonds, interpolation=interpolation)
    np.testing.assert_allclose(bonds.prices_on(fit.curve), bonds.prices, rtol=0, atol=1e-10)
    assert fit.curve.last_time == 30.0


def test_constant_forwards_between_maturities_are_found_by_hand() -> None:
    # 1-year zero at 97; 2-year 5% annual bond at 102: P(2) = (102 - 5 x 0.97) / 105
    bonds = priced_payments([1, 1, 2], [100, 5, 105], [0, 1], [97, 102])
    factors = bootstrap_bonds(bonds).curve.discount_factors([1.0, 2.0])
    np.testing.assert_allclose(factors, [0.97, (102 - 5 * 0.97) / 105], rtol=1e-14)


def test_a_payment_between_two_maturities_is_on_the_same_forward() -> None:
    bonds = priced_payments([1, 1.5, 2.5], [100, 4, 104], [0, 1], [97, 101])
    curve = bootstrap_bonds(bonds).curve
    rates = curve.forward_rates([1.0, 1.5], [1.5, 2.5])
    assert rates[0] == pytest.approx(rates[1], rel=1e-12)


def test_two_bonds_of_one_maturity_and_cubic_curves_are_refused() -> None:
    twins = coupon_bonds(TRUE, np.array([1.0, 2.0, 2.0]))
    with pytest.raises(InputError, match="bond 2 and bond 3 mature on the same day; keep one"):
        bootstrap_bonds(twins)
    with pytest.raises(InputError, match="cubic_zero is not for an exact bootstrap"):
        bootstrap_bonds(twins, interpolation=Interpolation.CUBIC_ZERO)


def test_a_price_below_its_coupons_names_the_bond() -> None:
    bonds = priced_payments([1, 1, 2], [100, 50, 150], [0, 1], [97, 40])
    with pytest.raises(SolverError, match="bond 2 costs less than its payments before 1 years"):
        bootstrap_bonds(bonds)


def test_outliers_are_left_out_by_name_and_neighbours_stay() -> None:
    bonds = coupon_bonds(TRUE, np.arange(0.5, 20.5, 0.5))
    prices = bonds.prices.copy()
    prices[[9, 30]] *= [1.03, 0.97]
    wrong = priced_payments(bonds.times, bonds.amounts, bonds.starts, prices, names=bonds.names)
    kept, cautions = without_outliers(wrong)
    assert sorted(set(wrong.names) - set(kept.names)) == ["bond 10", "bond 31"]
    assert {caution.code for caution in cautions} == {"outlier"}
    assert all("basis points from its neighbours" in caution.message for caution in cautions)
    assert without_outliers(bonds) == (bonds, ())


def test_rates_of_zero_and_fifty_percent_and_below_zero() -> None:
    for rate in (0.0, 0.5, -0.01):
        bonds = coupon_bonds(flat_curve(rate), YEARS)
        curve = bootstrap_bonds(bonds).curve
        np.testing.assert_allclose(curve.annual_spot_rates(YEARS), rate, atol=1e-12)
