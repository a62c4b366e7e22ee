"""A discount curve fitted to the prices of a bond file: which bonds count, and how well it fits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray
from defease.bonds import BondUniverse, payments_of
from defease.curves import (
    CurveFit,
    Extrapolation,
    FitReport,
    Interpolation,
    PricedPayments,
    bootstrap_bonds,
    fit_report,
    fit_spline,
    fit_svensson,
    priced_payments,
    without_outliers,
)
from defease.errors import Caution
from defease.inputs.bond_file import read_universe
from defease.inputs.bond_quotes import quotes
from defease.inputs.refusing import refuse, within
from defease.inputs.tables import Table

SHORTEST_DAYS = 30
"""In a bond's last month its yield moves by basis points for every 1/32 of its price."""
SCREENED_FROM = 10
"""Fewer bonds say too little about each other to call one of them an outlier."""
LEAST_OUTLIER = 0.0010
OUTLIER_SCATTERS = 7.5
"""Outliers lie 10 basis points off a spline, and 7.5 median distances (5 standard deviations)."""
OUTLIERS_NAMED = 5
WORST_NAMED = 3
_BASIS_POINT = 1e-4
_ROUNDING = 1e-9


class Fit(StrEnum):
    """How a curve is drawn through bonds."""

    BOOTSTRAP = "bootstrap"
    SVENSSON = "svensson"
    SPLINE = "spline"

    @property
    def words(self) -> str:
        """What was done, for a rule in words."""
        return {
            Fit.BOOTSTRAP: "bootstrap of {} with one maturity each",
            Fit.SVENSSON: "Svensson curve through {}",
            Fit.SPLINE: "cubic smoothing spline through {}",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitChoice:
    """The fit that a section asks for; None takes the fit's own default."""

    fit: Fit = Fit.SPLINE
    interpolation: Interpolation | None = None
    extrapolation: Extrapolation | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class BondFit:
    """A curve fitted to bond prices.

    Attributes
    ----------
    bonds
        Those that the curve was fitted to.
    left_out
        Rows of the file that are not among them, each reason in a caution of the file.
    curve_fit
        The curve with its report.
    """

    method: Fit
    bonds: BondUniverse
    left_out: int
    curve_fit: CurveFit
    cautions: tuple[Caution, ...]

    @property
    def report(self) -> FitReport:
        """How well the curve explains the prices."""
        return self.curve_fit.report

    @property
    def settlement(self) -> dt.date:
        """The day that prices and times count from."""
        return self.bonds.settlement

    @property
    def are_treasuries(self) -> bool:
        """Whether all bonds are rated UST, so that the rates hold no credit spread."""
        return bool(self.bonds.is_treasury.all())

    @property
    def are_zeros(self) -> bool:
        """Whether none pays a coupon though it is no bill: STRIPS."""
        return bool(((self.bonds.coupons == 0.0) & (self.bonds.frequencies > 0)).all())

    @property
    def words(self) -> str:
        """The rule of a basis on this curve."""
        through = self.method.words.format(_counted(len(self.bonds), "bond"))
        rms = f"yields missed by {self.report.yield_rms_bp:.2f} bp (root mean square)"
        return f"{through}, {self.left_out} rows left out, settlement {self.settlement}; {rms}"

    @property
    def quality(self) -> str:
        """The fit in a sentence for `check`."""
        report = self.report
        worst = ", ".join(
            f"{each.name} ({each.maturity:.1f} years) {each.yield_error / _BASIS_POINT:+.1f} bp"
            for each in report.worst[:WORST_NAMED]
        )
        furthest = "" if self.method is Fit.BOOTSTRAP else f"; furthest off: {worst}"
        forward = (
            f"{100 * report.smallest_forward:.2f}% at {report.smallest_forward_time:.1f} years"
        )
        inside = (
            ""
            if report.share_inside is None
            else f"; {100 * report.share_inside:.0f}% of the quoted ones between bid and ask"
        )
        return f"{self.words}{inside}{furthest}; smallest forward rate {forward}"


def fit_bonds(
    table: Table, choice: FitChoice, *, settlement: dt.date, currency: str, where: str
) -> BondFit:
    """Fit a curve to the bonds of a file with known payments and a price.

    Left out, each with a count in a caution: inflation-linked and floating-rate bonds, callable
    ones (their price holds an option), those in their last 30 days, outliers by a first spline,
    and for a bootstrap all but the newest bond of a maturity.
    """
    reading = read_universe(table, settlement=settlement, currency=currency)
    chosen = _Chosen(reading.bonds, table.source)
    chosen.keep(~chosen.bonds.callable, "callable: their price holds the issuer's option")
    days = chosen.bonds.maturities - np.datetime64(chosen.bonds.settlement, "D")
    chosen.keep(days.astype(np.int64) > SHORTEST_DAYS, f"with at most {SHORTEST_DAYS} days to run")
    with within(where):
        screened, outliers = _screened(chosen.bonds)
        chosen.bonds = screened
        if choice.fit is Fit.BOOTSTRAP:
            newest = _newest_of_each_maturity(screened)
            chosen.keep(newest, "older than another bond of the same maturity")
        found = _fitted(chosen.bonds, choice)
    bids, asks = _quotes_of(table, chosen.bonds)
    found = replace(found, report=_with_quotes(found, chosen.bonds, bids=bids, asks=asks))
    cautions = (
        *reading.cautions,
        *chosen.cautions,
        *_named(table.source, outliers),
        *_about(table.source, chosen.bonds, found),
    )
    return BondFit(
        method=choice.fit,
        bonds=chosen.bonds,
        left_out=len(table) - len(chosen.bonds),
        curve_fit=found,
        cautions=cautions,
    )


class _Chosen:
    """The bonds still in, and a caution for each reason that took some out."""

    def __init__(self, bonds: BondUniverse, source: str) -> None:
        self.bonds = bonds
        self.source = source
        self.cautions: list[Caution] = []

    def keep(self, kept: BoolArray, reason: str) -> None:
        """Take the others out."""
        count = int((~kept).sum())
        if count == len(kept):
            refuse(self.source, f"holds only bonds {reason}", "add bonds that a curve can follow")
        if count:
            message = f"{self.source}: {_counted(count, 'bond')} left out of the fit: {reason}"
            self.cautions.append(Caution("excluded_bonds", message))
            self.bonds = self.bonds.take(kept)


def _priced(bonds: BondUniverse) -> PricedPayments:
    payments = payments_of(bonds)
    return priced_payments(
        payments.times,
        payments.amounts,
        payments.starts,
        bonds.dirty_prices,
        names=bonds.identifiers,
    )


def _screened(bonds: BondUniverse) -> tuple[BondUniverse, tuple[Caution, ...]]:
    if len(bonds) < SCREENED_FROM:
        return bonds, ()
    priced = _priced(bonds)
    scatter = float(np.median(np.abs(fit_spline(priced).report.yield_errors)))
    limit = max(LEAST_OUTLIER, OUTLIER_SCATTERS * scatter)
    kept, outliers = without_outliers(priced, limit=limit)
    names = set(kept.names)
    return bonds.take(np.array([name in names for name in bonds.identifiers])), outliers


def _newest_of_each_maturity(bonds: BondUniverse) -> BoolArray:
    """One bond a maturity: the last issued; without issue dates the one priced nearest to 100.

    A coupon near today's yields is that of a new bond.
    """
    issued = bonds.issue_dates.astype(np.int64)
    age = np.where(np.isnat(bonds.issue_dates), np.iinfo(np.int64).max, -issued)
    order = np.lexsort((np.abs(bonds.clean_prices - 100.0), age, bonds.maturities))
    first = np.ones(len(bonds), dtype=np.bool_)
    first[1:] = np.diff(bonds.maturities[order]).astype(np.int64) > 0
    kept = np.zeros(len(bonds), dtype=np.bool_)
    kept[order[first]] = True
    return kept


def _fitted(bonds: BondUniverse, choice: FitChoice) -> CurveFit:
    priced = _priced(bonds)
    beyond = choice.extrapolation or Extrapolation.FLAT_FORWARD
    if choice.fit is Fit.SVENSSON:
        return fit_svensson(priced)
    if choice.fit is Fit.SPLINE:
        return fit_spline(priced, extrapolation=beyond)
    between = choice.interpolation or Interpolation.LOG_LINEAR_DISCOUNT
    return bootstrap_bonds(priced, interpolation=between, extrapolation=beyond)


def _quotes_of(table: Table, bonds: BondUniverse) -> tuple[FloatArray, FloatArray]:
    """Clean bids and asks of the bonds, NaN where the file has none."""
    of_row = quotes(table)
    pairs = np.array([of_row.get(name, (np.nan, np.nan)) for name in bonds.identifiers])
    return pairs[:, 0], pairs[:, 1]


def _with_quotes(
    found: CurveFit, bonds: BondUniverse, *, bids: FloatArray, asks: FloatArray
) -> FitReport:
    """The report with the share of the quoted bonds whose price lies between bid and ask."""
    quoted: IntArray = np.flatnonzero(~np.isnan(bids + asks))
    if not quoted.size:
        return found.report
    some = bonds.take(quoted)
    # an exact fit lies on quotes that meet, up to rounding
    dirty = (bids[quoted] + some.accrued - _ROUNDING, asks[quoted] + some.accrued + _ROUNDING)
    inside = fit_report(replace(_priced(some), quotes=dirty), found.curve).share_inside
    return replace(found.report, share_inside=inside)


def _named(source: str, outliers: Sequence[Caution]) -> list[Caution]:
    found = [Caution(c.code, f"{source}: {c.message}") for c in outliers[:OUTLIERS_NAMED]]
    if len(outliers) > OUTLIERS_NAMED:
        more = f"{source}: {len(outliers) - OUTLIERS_NAMED} more outliers are left out"
        found.append(Caution("outlier", more))
    return found


def _about(source: str, bonds: BondUniverse, found: CurveFit) -> list[Caution]:
    report, cautions = found.report, list[Caution]()
    if not any(bonds.ratings):
        message = f"{source}: no bond has a rating, so none counts as a Treasury (rating UST)"
        cautions.append(Caution("no_ratings", message))
    if report.smallest_forward < 0:
        least = f"{100 * report.smallest_forward:.2f}% at {report.smallest_forward_time:.1f} years"
        message = f"{source}: the fitted curve has a negative forward rate, {least}"
        cautions.append(Caution("negative_forward", message))
    if report.alone:
        listed = ", ".join(report.alone[:OUTLIERS_NAMED])
        message = f"{source}: the curve at their term rests on single bonds: {listed}"
        cautions.append(Caution("single_bonds", message))
    return cautions


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
