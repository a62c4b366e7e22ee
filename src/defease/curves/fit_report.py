"""How well a curve explains the prices it was fitted to, in the words of a bond desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only

if TYPE_CHECKING:
    from defease.curves.discount import DiscountCurve
    from defease.curves.priced_payments import PricedPayments
    from defease.errors import Caution

BASIS_POINT = 1e-4
WORST_LISTED = 5
FORWARD_STEP = 1.0 / 12.0
ALONE = 1.0 - 1e-8
"""From this leverage on a bond decides its own fit; leaving it out leaves its term without data."""


@dataclass(frozen=True, slots=True)
class BondError:
    """One bond's distance from the curve: curve's yield less market yield, curve's price less."""

    name: str
    maturity: float
    yield_error: float
    price_error: float


@dataclass(frozen=True, eq=False)
class FitReport:
    """The quality of a curve fit.

    Attributes
    ----------
    yield_errors
        Yield on the curve less yield at the market price, continuous, to first order, shape (n,).
    price_errors
        Price on the curve less market price, in the unit of the prices, shape (n,).
    yield_rms, price_rms
        Their root mean squares.
    share_inside
        Share of the bonds whose price on the curve lies between bid and ask; None without quotes.
    leave_one_out_rms
        Root mean square of the yield errors that each bond would have on a curve fitted without
        it, ``e_i / (1 - h_i)`` with the leverages h of the fit linearised at its end; None where
        the fit is exact.
    alone
        Names of the bonds that alone decide the curve at their term (not in that mean).
    worst
        The bonds with the largest yield errors, largest first.
    smallest_forward, smallest_forward_time
        Least annual effective forward rate over a month between the shortest and the longest
        maturity, and the start of that month in years.
    """

    yield_errors: FloatArray
    price_errors: FloatArray
    yield_rms: float
    price_rms: float
    share_inside: float | None
    leave_one_out_rms: float | None
    alone: tuple[str, ...]
    worst: tuple[BondError, ...]
    smallest_forward: float
    smallest_forward_time: float

    @property
    def yield_rms_bp(self) -> float:
        """Root mean square yield error in basis points."""
        return self.yield_rms / BASIS_POINT


@dataclass(frozen=True, eq=False)
class CurveFit:
    """A fitted curve with its report, and what has to be said about it."""

    curve: DiscountCurve
    report: FitReport
    cautions: tuple[Caution, ...]
    steps: int


def fit_report(
    bonds: PricedPayments, curve: DiscountCurve, *, leverages: FloatArray | None = None
) -> FitReport:
    """Compare the bonds' prices with their values on a curve, whatever it was made from.

    Examples
    --------
    >>> from defease.curves import flat_curve
    >>> from defease.curves.priced_payments import priced_payments
    >>> bill = priced_payments([0.5], [100.0], [0], [98.0], names=["bill"])
    >>> report = fit_report(bill, flat_curve(0.04))
    >>> round(report.price_rms, 4), round(report.yield_rms_bp, 2), round(report.smallest_forward, 4)
    (0.0581, 11.85, 0.04)
    """
    price_errors = bonds.prices_on(curve) - bonds.prices
    yield_errors = -price_errors / bonds.price_durations
    forward, at = smallest_forward(curve, (float(bonds.maturities.min()), bonds.longest))
    without, alone = _leave_one_out(bonds, yield_errors, leverages)
    return FitReport(
        yield_errors=read_only(yield_errors),
        price_errors=read_only(price_errors),
        yield_rms=_rms(yield_errors),
        price_rms=_rms(price_errors),
        share_inside=_share_inside(bonds, price_errors),
        leave_one_out_rms=without,
        alone=alone,
        worst=_worst(bonds, yield_errors, price_errors),
        smallest_forward=forward,
        smallest_forward_time=at,
    )


def smallest_forward(curve: DiscountCurve, span: tuple[float, float]) -> tuple[float, float]:
    """Least annual effective forward rate over a month within a span, and when it begins.

    The span is cut into equal steps of at most a month; from 0 where it is shorter than that.
    """
    first, last = span if span[1] - span[0] > FORWARD_STEP else (0.0, span[1])
    ends = np.linspace(first, last, max(int(np.ceil((last - first) / FORWARD_STEP)), 1) + 1)
    forwards = curve.forward_rates(ends[:-1], ends[1:])
    least = int(forwards.argmin())
    return float(forwards[least]), float(ends[least])


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _share_inside(bonds: PricedPayments, price_errors: FloatArray) -> float | None:
    if bonds.quotes is None:
        return None
    value, (bids, asks) = bonds.prices + price_errors, bonds.quotes
    return float(np.mean((bids <= value) & (value <= asks)))


def _leave_one_out(
    bonds: PricedPayments, yield_errors: FloatArray, leverages: FloatArray | None
) -> tuple[float | None, tuple[str, ...]]:
    if leverages is None:
        return None, ()
    shared = leverages < ALONE
    alone = tuple(bonds.names[i] for i in np.flatnonzero(~shared).tolist())
    if not shared.any():
        return None, alone
    return _rms(yield_errors[shared] / (1.0 - leverages[shared])), alone


def _worst(
    bonds: PricedPayments, yield_errors: FloatArray, price_errors: FloatArray
) -> tuple[BondError, ...]:
    order = np.argsort(-np.abs(yield_errors), kind="stable")[:WORST_LISTED].tolist()
    return tuple(
        BondError(
            bonds.names[i],
            float(bonds.maturities[i]),
            float(yield_errors[i]),
            float(price_errors[i]),
        )
        for i in order
    )
