"""Bonds as curve fits see them: what each one pays, when, and what it costs; nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray, frozen_floats, read_only
from defease.errors import Problem, ProblemList, SolverError, bad_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from defease.curves.discount import DiscountCurve

SETTLED = 1e-12
STEPS_AT_MOST = 100
LISTED_AT_MOST = 10


@dataclass(frozen=True, eq=False)
class PricedPayments:
    """The payments and prices of n bonds, bond after bond; made by `priced_payments`.

    Attributes
    ----------
    times, amounts
        Years to each payment (above 0, increasing within a bond) and its size, shape (payments,).
    starts
        Bond i owns ``starts[i]:starts[i + 1]``, shape (n + 1,).
    prices
        What a bond costs, accrued interest included, in the unit of the amounts, shape (n,).
    names
        What the bonds are called in reports and messages.
    quotes
        Dirty bid and ask prices, each of shape (n,), or None where not known.
    """

    times: FloatArray
    amounts: FloatArray
    starts: IntArray
    prices: FloatArray
    names: tuple[str, ...]
    quotes: tuple[FloatArray, FloatArray] | None = None

    def __len__(self) -> int:
        return len(self.prices)

    @property
    def maturities(self) -> FloatArray:
        """Years to the last payment of each bond."""
        return self.times[self.starts[1:] - 1]

    @property
    def longest(self) -> float:
        """Years to the last payment of all."""
        return float(self.maturities.max())

    def bond_sums(self, values: FloatArray) -> FloatArray:
        """Values per payment (last axis) summed bond by bond."""
        sums: FloatArray = np.add.reduceat(values, self.starts[:-1], axis=-1)
        return sums

    def prices_on(self, curve: DiscountCurve) -> FloatArray:
        """What the bonds are worth on a curve: ``sum A_j P(t_j)``, shape (n,)."""
        return self.bond_sums(self.amounts * curve.discount_factors(self.times))

    @cached_property
    def continuous_yields(self) -> FloatArray:
        """The yields, continuously compounded, that make the payments worth the prices.

        ``ln sum A_j exp(-y t_j)`` is convex and falls in y, so Newton's method settles from any
        start after at most one step beyond the root.
        """
        owner = np.repeat(np.arange(len(self)), np.diff(self.starts))
        yields, wanted = np.zeros(len(self)), np.log(self.prices)
        for _ in range(STEPS_AT_MOST):
            values = self.amounts * np.exp(-yields[owner] * self.times)
            total, weighted = self.bond_sums(values), self.bond_sums(values * self.times)
            step = (np.log(total) - wanted) * total / weighted
            yields = yields + step
            if not (np.abs(step) > SETTLED).any():
                return read_only(yields)
        raise SolverError(
            Problem("bond yields", "no yield explains the prices", "check prices and payments")
        )

    @cached_property
    def price_durations(self) -> FloatArray:
        """Price times duration, ``sum t_j A_j exp(-y t_j)`` at each bond's own yield.

        Price errors divided by it are yield errors (to first order): the weights of every fit.
        """
        owner = np.repeat(np.arange(len(self)), np.diff(self.starts))
        values = self.amounts * np.exp(-self.continuous_yields[owner] * self.times)
        return read_only(self.bond_sums(values * self.times))

    def take(self, chosen: IntArray | BoolArray) -> PricedPayments:
        """The bonds at these positions (or where the mask is true), in that order."""
        positions = np.arange(len(self))[chosen]
        counts = np.diff(self.starts)[positions]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        source = np.repeat(self.starts[positions] - starts[:-1], counts) + np.arange(starts[-1])
        return PricedPayments(
            times=read_only(self.times[source]),
            amounts=read_only(self.amounts[source]),
            starts=read_only(starts),
            prices=read_only(self.prices[positions]),
            names=tuple(self.names[i] for i in positions.tolist()),
            quotes=None if self.quotes is None else _both_sides(self.quotes, positions),
        )


def priced_payments(
    times: npt.ArrayLike,
    amounts: npt.ArrayLike,
    starts: npt.ArrayLike,
    prices: npt.ArrayLike,
    *,
    names: Sequence[str] = (),
    quotes: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
) -> PricedPayments:
    """Payments and dirty prices of bonds, checked; the input of every curve fit.

    Parameters
    ----------
    times, amounts
        Years from settlement to each payment and its size, bond after bond.
    starts
        Position of each bond's first payment; the total number may stand at the end.
    prices
        Dirty prices (clean price plus accrued interest), above 0.
    names
        Default "bond 1", "bond 2", ...
    quotes
        Dirty bid and ask prices; a crossed pair (bid above ask) is refused.

    Raises
    ------
    InputError
        With every bond that has a price of 0 or less, a crossed quote, a payment of 0 or less, or
        payments that are not in the order of time; and when there is no bond at all.

    Examples
    --------
    >>> bonds = priced_payments([1.0, 1.0, 2.0], [100.0, 4.0, 104.0], [0, 1], [96.0, 100.0])
    >>> bonds.continuous_yields.round(6), bonds.maturities
    (array([0.040822, 0.039221]), array([1., 2.]))
    """
    flat = frozen_floats(times, name="payment times")
    paid = frozen_floats(amounts, name="payment amounts")
    cost = np.atleast_1d(frozen_floats(prices, name="bond prices"))
    offsets = _offsets(np.asarray(starts, dtype=np.int64), len(cost), len(flat))
    if len(flat) != len(paid):
        what = f"{len(flat)} payment times and {len(paid)} amounts"
        raise bad_input(where="bond payments", what=what, remedy="give one amount for each time")
    called = tuple(names) or tuple(f"bond {i + 1}" for i in range(len(cost)))
    bonds = PricedPayments(flat, paid, offsets, cost, called, _frozen_quotes(quotes))
    _problems(bonds).raise_if_any()
    return bonds


def _frozen_quotes(
    quotes: tuple[npt.ArrayLike, npt.ArrayLike] | None,
) -> tuple[FloatArray, FloatArray] | None:
    if quotes is None:
        return None
    return frozen_floats(quotes[0], name="bids"), frozen_floats(quotes[1], name="asks")


def _both_sides(
    quotes: tuple[FloatArray, FloatArray], positions: IntArray
) -> tuple[FloatArray, FloatArray]:
    return read_only(quotes[0][positions]), read_only(quotes[1][positions])


def _offsets(starts: IntArray, bonds: int, payments: int) -> IntArray:
    offsets = starts if len(starts) == bonds + 1 else np.append(starts, payments)
    sound = bonds > 0 and len(offsets) == bonds + 1
    if not sound or offsets[0] != 0 or offsets[-1] != payments or (np.diff(offsets) < 1).any():
        what = f"{len(starts)} starts for {bonds} prices and {payments} payments"
        remedy = "give for each bond the position of its first payment, at least one payment each"
        raise bad_input(where="bond payments", what=what, remedy=remedy)
    return read_only(offsets)


def _problems(bonds: PricedPayments) -> ProblemList:
    found = ProblemList()
    columns: list[Sequence[object] | FloatArray] = [bonds.names, *(bonds.quotes or ())]
    for column, given in zip(("names", "bids", "asks"), columns, strict=False):
        if len(given) != len(bonds):
            found.add(f"bond {column}", f"{len(given)} for {len(bonds)} bonds", "give one for each")
    if found:
        return found
    owner = np.repeat(np.arange(len(bonds)), np.diff(bonds.starts))
    backward = (np.diff(bonds.times) <= 0) & (np.diff(owner) == 0)
    checks = [
        (bonds.prices <= 0, "price is not above 0", "0 often means missing: leave the bond out"),
        (_any_of(bonds, bonds.times <= 0), "pays at or before settlement", "leave it out"),
        (_any_of(bonds, bonds.amounts <= 0), "has a payment of 0 or less", "leave it out"),
        (np.isin(np.arange(len(bonds)), owner[1:][backward]), "payments are not in order", "sort"),
    ]
    if bonds.quotes is not None:
        crossed = bonds.quotes[0] > bonds.quotes[1]
        checks.append((crossed, "is quoted with the bid above the ask", "correct the two sides"))
    for wrong, what, remedy in checks:
        _name_some(found, bonds, wrong, what=what, remedy=remedy)
    return found


def _any_of(bonds: PricedPayments, payments: BoolArray) -> BoolArray:
    some: BoolArray = np.logical_or.reduceat(payments, bonds.starts[:-1])
    return some


def _name_some(
    found: ProblemList, bonds: PricedPayments, wrong: BoolArray, *, what: str, remedy: str
) -> None:
    rows = np.flatnonzero(wrong).tolist()
    for i in rows[:LISTED_AT_MOST]:
        found.add(bonds.names[i], what, remedy)
    if len(rows) > LISTED_AT_MOST:
        found.add("bonds", f"{len(rows) - LISTED_AT_MOST} more: {what}", remedy)
