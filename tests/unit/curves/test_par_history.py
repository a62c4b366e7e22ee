"""Zero rates of many dates at once: the same as date by date, and every bond back at par."""

from __future__ import annotations

import numpy as np
import pytest

from defease.arrays import FloatArray
from defease.curves import Extrapolation, Interpolation, curve_from_par_yields
from defease.curves.nodes import NodeCurve
from defease.curves.par_history import completed_zero_rates, par_history_zero_rates
from defease.errors import InputError, SolverError

TERMS = np.array([0.25, 1.0, 2.0, 5.0, 10.0, 30.0])
YIELDS = np.array(
    [
        [0.002, 0.004, 0.008, 0.019, 0.028, 0.037],
        [0.093, 0.099, 0.104, 0.111, 0.114, 0.112],
        [-0.004, -0.003, 0.001, 0.004, 0.012, 0.020],
    ]
)
LINEAR = [kind for kind in Interpolation if kind is not Interpolation.MONOTONE_CONVEX]


def curve(rates: FloatArray, interpolation: Interpolation) -> NodeCurve:
    return NodeCurve(TERMS, rates, interpolation, Extrapolation.FLAT_FORWARD)


@pytest.mark.parametrize("interpolation", list(Interpolation))
@pytest.mark.parametrize("frequency", [1, 2])
def test_every_bond_of_every_date_is_worth_par(
    interpolation: Interpolation, frequency: int
) -> None:
    zero = par_history_zero_rates(TERMS, YIELDS, frequency=frequency, interpolation=interpolation)
    for rates, quoted in zip(zero, YIELDS, strict=True):
        found = curve(rates, interpolation)
        for years, coupon in zip(TERMS, quoted, strict=True):
            # coupons back from maturity, the first of them for the part of its period ahead
            count = int(np.ceil(years * frequency - 1e-9))
            times = years - np.arange(count)[::-1] / frequency
            shares = np.minimum(times, 1 / frequency)
            factors = np.exp(found.log_discounts(times))
            assert coupon * float(shares @ factors) + factors[-1] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("interpolation", LINEAR)
def test_all_dates_together_are_the_dates_one_by_one(interpolation: Interpolation) -> None:
    together = par_history_zero_rates(TERMS, YIELDS, frequency=2, interpolation=interpolation)
    for rates, quoted in zip(together, YIELDS, strict=True):
        alone = curve_from_par_yields(TERMS, quoted, interpolation=interpolation)
        np.testing.assert_allclose(rates, alone.node_zero_rates, rtol=0, atol=1e-12)


def spot(_: FloatArray, quotes: FloatArray) -> FloatArray:
    return quotes


def completed(
    quotes: FloatArray, extrapolation: Extrapolation = Extrapolation.FLAT_FORWARD
) -> FloatArray:
    return completed_zero_rates(
        np.array([1.0, 2.0, 4.0]),
        quotes,
        spot,
        interpolation=Interpolation.LINEAR_ZERO,
        extrapolation=extrapolation,
    )


def test_a_tenor_missing_between_others_lies_on_their_line() -> None:
    found = completed(np.array([[0.01, np.nan, 0.04], [0.01, 0.03, 0.05]]))
    assert found[0].tolist() == pytest.approx([0.01, 0.02, 0.04])
    assert found[1].tolist() == [0.01, 0.03, 0.05]


def test_a_tenor_missing_beyond_the_others_follows_the_named_rule() -> None:
    quotes = np.array([[0.01, 0.02, np.nan]])
    # the forward from 1 to 2 is 3%, so that at 4 years -ln P = 0.04 + 2 x 0.03
    assert completed(quotes)[0, 2] == pytest.approx(0.10 / 4)
    assert completed(quotes, Extrapolation.FLAT_ZERO)[0, 2] == pytest.approx(0.02)
    with pytest.raises(InputError, match="no tenor beyond 2 years"):
        completed(quotes, Extrapolation.REFUSE)


def test_one_tenor_is_no_curve() -> None:
    with pytest.raises(InputError, match="a curve needs 2"):
        completed(np.array([[0.01, np.nan, np.nan]]))


def test_yields_that_no_curve_can_pay_are_said() -> None:
    impossible = np.array([[0.01, 0.01, 0.01, 0.01, 5.0, 0.01]])
    with pytest.raises(SolverError, match="away from par"):
        par_history_zero_rates(
            TERMS, impossible, frequency=2, interpolation=Interpolation.LINEAR_ZERO
        )
