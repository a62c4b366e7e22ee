"""Inflation-linked bonds: real terms and prices, and what they cost and pay in money.

A linked bond is quoted like an ordinary one in real terms, per 100 of face amount before
indexation; its real yield, duration and convexity are those of these terms.  Money is real amount
times index ratio; at maturity at least the face amount is repaid.

Source: 31 CFR part 356, appendix B, sections I.B and III.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray, frozen_floats, read_only
from defease.bonds.payments import BondPayments, payments_of
from defease.bonds.terms import FACE
from defease.curves.real import indexed_payments
from defease.curves.reference_cpi import index_ratios
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.bonds.universe import BondUniverse

LEAST_RATIO_OF_PRINCIPAL = 1.0
"""US bonds repay at least their face amount; coupons follow the index down as well."""


class IndexGrowth(Protocol):
    """A view of inflation, such as `FlatInflation` or a breakeven curve."""

    def index_growth(self, times: npt.ArrayLike) -> FloatArray:
        """The index at each time (years from settlement) over the index at settlement."""


@dataclass(frozen=True, slots=True)
class FlatInflation:
    """The same inflation every year.

    Examples
    --------
    >>> FlatInflation(0.02).index_growth([0.0, 2.0]).round(6)
    array([1.    , 1.0404])
    """

    annual_rate: float

    def __post_init__(self) -> None:
        if not -1.0 < self.annual_rate < np.inf:
            what = f"an annual rate of {self.annual_rate:g}"
            raise bad_input(where="inflation", what=what, remedy="give a decimal above -1")

    def index_growth(self, times: npt.ArrayLike) -> FloatArray:
        """``(1 + rate)^t``."""
        growth: FloatArray = (1.0 + self.annual_rate) ** np.asarray(times, dtype=np.float64)
        return growth


@dataclass(frozen=True, eq=False)
class LinkedUniverse:
    """Inflation-linked bonds in real terms, with the index level that each of them starts from.

    Attributes
    ----------
    real : BondUniverse
        Coupons, dates and clean prices before indexation: its yields are real yields.
    base_cpi : ndarray of shape (n,)
        Reference CPI on each bond's dated date.

    Raises
    ------
    InputError
        When the bases are not one number above 0 for each bond.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse, yields_to_maturity
    >>> real = BondUniverse(
    ...     settlement=dt.date(1998, 10, 15), identifiers=("note",), ratings=("UST",),
    ...     coupons=np.array([0.03625]), clean_prices=np.array([99.797017]),
    ...     maturities=np.array(["2008-01-15"], "datetime64[D]"))
    >>> bonds = LinkedUniverse(real, np.array([161.55484]))
    >>> ratios = bonds.index_ratios(163.29032)
    >>> ratios, (ratios * real.dirty_prices).round(6), yields_to_maturity(real).round(4)
    (array([1.01074]), array([101.78482]), array([0.0365]))
    """

    real: BondUniverse
    base_cpi: FloatArray

    def __post_init__(self) -> None:
        base = frozen_floats(self.base_cpi, name="base CPI")
        if base.shape != (len(self.real),):
            what = f"{base.size} numbers for {len(self.real)} bonds"
            raise bad_input(where="base CPI", what=what, remedy="give one base CPI per bond")
        wrong = np.flatnonzero(base <= 0)
        if wrong.size:
            name = self.real.identifiers[int(wrong[0])]
            remedy = "give the reference CPI of the bond's dated date"
            what = f"base CPI is {base[wrong[0]]:g}"
            raise bad_input(where=f"bonds: {name}", what=what, remedy=remedy)
        object.__setattr__(self, "base_cpi", base)

    def __len__(self) -> int:
        return len(self.real)

    def take(self, chosen: IntArray | BoolArray) -> LinkedUniverse:
        """The bonds at these positions (or where the mask is true), in that order."""
        return LinkedUniverse(self.real.take(chosen), self.base_cpi[chosen])

    def index_ratios(self, reference_cpi: float) -> FloatArray:
        """Each bond's index ratio on the day of that reference CPI, to five decimals.

        ``reference CPI / base CPI``, cut after six decimals and rounded to five as published.
        """
        reference = np.full(len(self), _positive(reference_cpi))
        return index_ratios(reference, self.base_cpi)


def settlement_amounts(bonds: LinkedUniverse, *, reference_cpi: float) -> FloatArray:
    """What 100 of face amount costs in money: real clean price plus accrued, times index ratio.

    Parameters
    ----------
    bonds : LinkedUniverse
        The bonds, at their settlement.
    reference_cpi : float
        Reference CPI of the settlement day.

    Returns
    -------
    ndarray of shape (n,)
        Per 100 of face amount before indexation.
    """
    return read_only(bonds.real.dirty_prices * bonds.index_ratios(reference_cpi))


def projected_payments(
    bonds: LinkedUniverse, *, reference_cpi: float, inflation: IndexGrowth
) -> BondPayments:
    """The payments in money per 100 face if the index grows as told, deflation floor included.

    ::

        coupon     100 c / f x R(t)             R(t) = index ratio at settlement x index growth to t
        principal  100 x max(R(T), 1)           whatever the index did on the way

    The growth is that of the reference CPI, which follows prices by three months: a view that
    starts today is a view of the reference CPI from settlement on.

    Parameters
    ----------
    bonds : LinkedUniverse
        The bonds, at their settlement.
    reference_cpi : float
        Reference CPI of the settlement day.
    inflation : IndexGrowth
        `FlatInflation`, or a breakeven curve as of settlement.

    Returns
    -------
    BondPayments
        Same dates as the real payments.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.bonds import BondUniverse
    >>> real = BondUniverse(
    ...     settlement=dt.date(2025, 1, 1), identifiers=("note",), clean_prices=np.array([99.0]),
    ...     coupons=np.array([0.02]), frequencies=np.array([1]),
    ...     maturities=np.array(["2027-01-01"], "datetime64[D]"))
    >>> bonds = LinkedUniverse(real, np.array([300.0]))
    >>> for rate in (0.10, -0.10):
    ...     view = FlatInflation(rate)
    ...     projected_payments(bonds, reference_cpi=300.0, inflation=view).amounts.round(6).tolist()
    [2.2, 123.42]
    [1.8, 101.62]
    """
    real = payments_of(bonds.real)
    ratios = bonds.index_ratios(reference_cpi)[real.bond] * inflation.index_growth(real.times)
    principals = np.zeros(len(real))
    principals[real.starts[1:] - 1] = FACE
    amounts = indexed_payments(
        real.amounts - principals, principals, ratios, floor=LEAST_RATIO_OF_PRINCIPAL
    )
    return replace(real, amounts=amounts)


def _positive(reference_cpi: float) -> float:
    if not 0 < reference_cpi < np.inf:
        what = f"is {reference_cpi:g}"
        remedy = "give the index of the settlement day, above 0"
        raise bad_input(where="reference CPI", what=what, remedy=remedy)
    return reference_cpi
