"""Curves from every Treasury month end of 2010 to 2016.

Source: TreasuryDirect, FedInvest daily prices, 74 month ends 2010-01-29 to 2016-02-23 (end-of-day
prices), with the days on which the Treasury published constant-maturity yields.  Notes and bonds
with more than 30 days to run are fitted, trades settle on the next business day.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from defease.calendars import HolidayCalendar, is_business_day
from defease.curves import (
    CurveFit,
    Interpolation,
    bootstrap_bonds,
    fit_report,
    fit_spline,
    fit_svensson,
)
from defease.errors import Caution
from tests.treasury_fits import (
    month_end_rows,
    month_end_universe,
    newest_of_each_maturity,
    notes_and_bonds,
    payments_and_prices,
    published_days,
)

LEAST_FORWARD = -0.0010
"""Forwards of a month may fall 10 basis points below 0 in years of zero bill rates."""


@pytest.fixture(scope="module")
def splines() -> dict[str, CurveFit]:
    return {
        day: fit_spline(payments_and_prices(notes_and_bonds(month_end_universe(day))))
        for day in month_end_rows()
    }


def test_there_are_74_month_ends_and_one_of_them_is_a_holiday() -> None:
    days = list(month_end_rows())
    assert len(days) == 74
    published = set(published_days().astype(str).tolist())
    assert [day for day in days if day not in published] == ["2010-05-31"]
    open_days = is_business_day(
        np.array(days, dtype="datetime64[D]"), HolidayCalendar.US_BOND_MARKET
    )
    assert [day for day, is_open in zip(days, open_days, strict=True) if not is_open] == [
        "2010-05-31"
    ]
    rows = month_end_rows()["2010-05-31"]
    assert {row["buy"] for row in rows} == {row["sell"] for row in rows} == {"0.000000"}


def test_the_bootstrap_reprices_one_newest_security_of_each_maturity() -> None:
    for day in month_end_rows():
        bonds = payments_and_prices(newest_of_each_maturity(month_end_universe(day)))
        assert len(bonds) > 160
        curve = bootstrap_bonds(bonds).curve
        assert np.abs(bonds.prices_on(curve) - bonds.prices).max() < 1e-10, day


@pytest.mark.parametrize("day", ["2010-01-29", "2012-06-29", "2014-03-31", "2016-02-23"])
def test_a_monotone_convex_bootstrap_reprices_them_too(day: str) -> None:
    bonds = payments_and_prices(newest_of_each_maturity(month_end_universe(day)))
    fit = bootstrap_bonds(bonds, interpolation=Interpolation.MONOTONE_CONVEX)
    assert np.abs(bonds.prices_on(fit.curve) - bonds.prices).max() < 1e-10


def test_splines_explain_yields_within_four_basis_points_every_month(
    splines: dict[str, CurveFit],
) -> None:
    errors = {day: fit.report.yield_rms_bp for day, fit in splines.items()}
    assert max(errors.values()) <= 4.0
    assert np.median(list(errors.values())) <= 2.5


def test_no_spline_has_a_forward_rate_below_the_tolerance(splines: dict[str, CurveFit]) -> None:
    assert min(fit.report.smallest_forward for fit in splines.values()) > LEAST_FORWARD


def test_bonds_left_out_are_missed_by_at_most_half_more_than_bonds_fitted(
    splines: dict[str, CurveFit],
) -> None:
    for day, fit in splines.items():
        left_out = fit.report.leave_one_out_rms
        assert left_out is not None, day
        assert fit.report.yield_rms < left_out < 1.5 * fit.report.yield_rms, day
        assert fit.report.alone == (), day


def test_the_worst_bonds_are_named(splines: dict[str, CurveFit]) -> None:
    report = splines["2015-12-31"].report
    universe = notes_and_bonds(month_end_universe("2015-12-31"))
    largest = np.sort(np.abs(report.yield_errors))[::-1][: len(report.worst)]
    np.testing.assert_allclose([abs(each.yield_error) for each in report.worst], largest)
    assert {each.name for each in report.worst} <= set(universe.identifiers)


def test_svensson_curves_come_close_with_six_parameters(splines: dict[str, CurveFit]) -> None:
    rms, cautions = [], list[Caution]()
    for day, spline in splines.items():
        bonds = payments_and_prices(notes_and_bonds(month_end_universe(day)))
        fit = fit_svensson(bonds)
        rms.append(fit.report.yield_rms_bp)
        cautions.extend(fit.cautions)
        assert fit.report.smallest_forward > LEAST_FORWARD, day
        assert rms[-1] >= spline.report.yield_rms_bp - 0.05, day
    assert np.median(rms) <= 3.0
    assert max(rms) <= 5.0
    assert {caution.code for caution in cautions} <= {"fit_bound", "fit_cancelling"}


def test_the_share_inside_the_quotes_counts_the_prices_between_buy_and_sell() -> None:
    day = "2015-12-31"
    universe = notes_and_bonds(month_end_universe(day))
    curve = fit_spline(payments_and_prices(universe)).curve
    quotes = {row["cusip"]: row for row in month_end_rows()[day]}
    sides = np.array(
        [[float(quotes[each][side]) for side in ("sell", "buy")] for each in universe.identifiers]
    )
    both = np.flatnonzero(sides.min(axis=1) > 0)
    quoted = payments_and_prices(universe.take(both))
    bids, asks = (sides[both] + universe.accrued[both][:, None]).T
    report = fit_report(replace(quoted, quotes=(bids, asks)), curve)
    inside = [
        bid <= price <= ask
        for bid, price, ask in zip(bids, quoted.prices_on(curve), asks, strict=True)
    ]
    assert report.share_inside == pytest.approx(np.mean(inside))
    assert 0.0 < sum(inside) < len(inside)
