"""Workload E: curve fits to 300 coupon bonds against QuantLib's fitted bond curves.

Both sides get the same bonds: semiannual coupons, 0.3 to 30 years, dirty prices on a known curve
plus noise of 0.02 per 100.  QuantLib minimises the weighted price errors by its own simplex
method, which is stopped here after 1,000 evaluations, before it has settled (run to its end it
takes about ten times as long).  Its bonds and price helpers are built before the clock starts; our
time includes the flat payment arrays, the search of starting points and the whole fit report.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.harness import Row, at_least, compare, missing, one_thread, report
from defease.arrays import DateArray, FloatArray
from defease.curves import CurveFit, PricedPayments, fit_spline, fit_svensson, priced_payments
from defease.dates import add_months_to, to_date, years_between

COUNT, NOISE, SEED = 300, 0.02, 20260325
WITHIN = 1.05
APART = 0.01
EVALUATIONS = 1000
TODAY = dt.date(2026, 3, 25)
KNOTS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 25.0)
GRID = np.linspace(0.5, 29.0, 58)


def true_rates(times: FloatArray) -> FloatArray:
    """Continuously compounded zero rates that the prices are made from."""
    rates: FloatArray = 0.042 - 0.012 * np.exp(-0.5 * times) + 0.003 * times * np.exp(-0.25 * times)
    return rates


class Sample:
    """Bonds with half-yearly coupons on the same day of the month, actual days over 365."""

    def __init__(self) -> None:
        draw = np.random.default_rng(SEED)
        self.dates: list[DateArray] = []
        self.coupons: list[float] = []
        prices: list[float] = []
        for _ in range(COUNT):
            month = np.datetime64(TODAY, "M") + int(draw.integers(4, 360))
            maturity = month.astype("datetime64[D]") + int(draw.integers(0, 28))
            paid = add_months_to(to_date(maturity), -6 * np.arange(61)[::-1])
            self.dates.append(paid)
            self.coupons.append(round(draw.uniform(8, 40)) / 800)
            times, amounts = self.flows(len(self.dates) - 1)
            exact = float(amounts @ np.exp(-true_rates(times) * times))
            prices.append(exact + draw.normal(0.0, NOISE))
        self.prices = np.array(prices)

    def flows(self, bond: int) -> tuple[FloatArray, FloatArray]:
        """Years and amounts of one bond's payments after today."""
        times = years_between(TODAY, self.dates[bond])
        times = times[times > 0]
        amounts = np.full(len(times), 50.0 * self.coupons[bond])
        amounts[-1] += 100.0
        return times, amounts

    def payments(self) -> PricedPayments:
        """All bonds as flat arrays; nothing is computed yet."""
        flows = [self.flows(bond) for bond in range(COUNT)]
        starts = np.concatenate([[0], np.cumsum([len(times) for times, _ in flows])])
        times, amounts = (np.concatenate(each) for each in zip(*flows, strict=True))
        return priced_payments(times, amounts, starts, self.prices)


def quantlib_fit(sample: Sample, method: Callable[[Any], Any]) -> Callable[[], Any]:
    """A function that fits QuantLib's curve anew and returns it."""
    import QuantLib as ql  # noqa: N813 - its customary name

    today = ql.Date(TODAY.day, TODAY.month, TODAY.year)
    ql.Settings.instance().evaluationDate = today
    helpers = []
    for bond, dates in enumerate(sample.dates):
        schedule = ql.Schedule([ql.Date(str(day), "%Y-%m-%d") for day in dates])
        own = ql.FixedRateBond(0, 100.0, schedule, [sample.coupons[bond]], ql.SimpleDayCounter())
        ahead = [flow.amount() for flow in own.cashflows() if flow.date() > today]
        ahead[-2:] = [sum(ahead[-2:])]  # the last coupon and the redemption are two flows there
        np.testing.assert_allclose(ahead, sample.flows(bond)[1], rtol=1e-12)
        quote = ql.QuoteHandle(ql.SimpleQuote(float(sample.prices[bond])))
        helpers.append(ql.BondHelper(quote, own, ql.BondPrice.Dirty))

    def fit() -> Any:
        curve = ql.FittedBondDiscountCurve(
            today, helpers, ql.Actual365Fixed(), method(ql), 1e-10, EVALUATIONS
        )
        curve.discount(1.0)
        return curve

    return fit


def agree(ours: CurveFit, other: Any) -> None:
    """Ours explains the prices to within 5% of the noise; the other is on its way there."""
    np.testing.assert_array_less(ours.report.price_rms, WITHIN * NOISE)
    factors = np.array([other.discount(float(t)) for t in GRID])
    rates = -np.log(factors) / GRID
    np.testing.assert_allclose(ours.curve.continuous_spot_rates(GRID), rates, atol=APART)


def rows() -> list[Row]:
    """Svensson and spline fits, each against QuantLib's, and the error against the noise."""
    sample = Sample()

    def svensson() -> CurveFit:
        return fit_svensson(sample.payments())

    def spline() -> CurveFit:
        return fit_spline(sample.payments())

    names = ("Svensson fit, 300 bonds v. QuantLib", "B-spline fit, 300 bonds v. QuantLib")
    try:
        import QuantLib  # noqa: F401
    except ImportError:
        return [missing(name, "QuantLib") for name in names]
    note = "QuantLib stopped after 1,000 evaluations"
    with one_thread():
        return [
            compare(
                names[0],
                svensson,
                quantlib_fit(sample, lambda ql: ql.SvenssonFitting()),
                target=at_least(20.0),
                agree=agree,
                rounds=5,
                n=COUNT,
                note=note,
            ),
            compare(
                names[1],
                spline,
                quantlib_fit(sample, lambda ql: ql.CubicBSplinesFitting(_knots())),
                target=at_least(1000.0),
                agree=agree,
                rounds=5,
                n=COUNT,
                note=note,
            ),
        ]


def _knots() -> list[float]:
    return [-20.0, -10.0, -5.0, 0.0, *KNOTS, 31.0, 35.0, 40.0, 50.0]


if __name__ == "__main__":
    sys.exit(report(__file__, rows()))
