"""The yield of a stream: the one rate that discounts it to its present value, if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import Problem, SolverError
from defease.valuation.roots import HIGHEST_RATE, LOWEST_RATE, rates_of_zero_value

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.cashflows import Payments

SMALL_STEP = 1e-9
MOST_STEPS = 500


class YieldStatus(StrEnum):
    """Whether a stream and its present value have a yield."""

    UNIQUE = "unique"
    SEVERAL = "several"
    """Signs change more than once, so that one yield is not assured; those found are listed."""
    NONE = "none"


@dataclass(frozen=True)
class StreamYield:
    """A yield, annual effective, or the reason why there is none.

    Attributes
    ----------
    status
        `UNIQUE` alone makes a yield, and durations from it, meaningful.
    rate
        The yield when unique, else None.
    roots
        Every rate in (-99%, 1000%) that discounts the stream to its value: information only.
    sign_changes
        Changes of sign in the sequence: present value paid, then the payments by time.
    reason
        A sentence when the yield is not unique, else "".
    """

    status: YieldStatus
    rate: float | None
    roots: tuple[float, ...]
    sign_changes: int
    reason: str = ""


def yield_of_stream(payments: Payments, present_value: float) -> StreamYield:
    """The rate y with ``sum CF_j (1+y)^-t_j = PV``, annual effective.

    One change of sign in (-PV, CF_1, ..., CF_n) proves the root unique (rule of Descartes, valid
    for any payment times).  With several changes every root found is listed and none is called
    the yield; the present value itself stays valid.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> stream = Payments.from_times(dt.date(2025, 12, 31), [1.0, 2.0], [60.0, 60.0])
    >>> round(yield_of_stream(stream, 100.0).rate, 9)
    0.130662386
    >>> back = Payments.from_times(dt.date(2025, 12, 31), [1.0, 2.0], [230.0, -132.0])
    >>> found = yield_of_stream(back, 100.0)
    >>> found.status.value, [round(root, 9) for root in found.roots]
    ('several', [0.1, 0.2])
    """
    return yield_of_amounts(payments.times, payments.amounts, present_value)


def yield_of_amounts(times: FloatArray, amounts: FloatArray, present_value: float) -> StreamYield:
    """`yield_of_stream` for plain arrays; `times` increase, shape (n,)."""
    later = times > 0
    price = present_value - float(amounts[~later].sum())
    times, amounts = times[later], amounts[later]
    changes = _sign_changes(np.concatenate([[-price], amounts]))
    if changes == 0:
        reason = "no rate discounts these payments to this present value: their signs do not differ"
        return StreamYield(YieldStatus.NONE, None, (), 0, reason)
    if changes == 1 and price > 0 and not (amounts < 0).any():
        rate = _rate_of_positive_stream(times, amounts, price)
        return StreamYield(YieldStatus.UNIQUE, rate, (rate,), changes)
    roots = rates_of_zero_value(np.append(0.0, times), np.append(-price, amounts))
    return _judged(roots, changes)


def _judged(roots: tuple[float, ...], changes: int) -> StreamYield:
    if not roots:
        reason = f"no yield between {LOWEST_RATE:.0%} and {HIGHEST_RATE:.0%}"
        return StreamYield(YieldStatus.NONE, None, (), changes, reason)
    if changes == 1 and len(roots) == 1:
        return StreamYield(YieldStatus.UNIQUE, roots[0], roots, changes)
    listed = ", ".join(f"{root:.4%}" for root in roots)
    reason = f"{changes} changes of sign, so that no yield is assured unique; found: {listed}"
    return StreamYield(YieldStatus.SEVERAL, None, roots, changes, reason)


def _sign_changes(amounts: FloatArray) -> int:
    signs = np.sign(amounts[amounts != 0])
    return int(np.count_nonzero(signs[:-1] != signs[1:]))


def _rate_of_positive_stream(times: FloatArray, amounts: FloatArray, price: float) -> float:
    """Newton's method on ``ln sum CF_j exp(-x t_j) - ln PV``, x = ln(1 + y).

    That function is convex and falls with a slope of at least the first payment time, so Newton
    steps converge from any start: after the first they approach the root from below.
    """
    paid = amounts > 0
    times, logs = times[paid], np.log(amounts[paid] / price)
    x = 0.0
    for _ in range(MOST_STEPS):
        terms = logs - x * times
        top = terms.max()
        weights = np.exp(terms - top)
        total = weights.sum()
        step = float((top + np.log(total)) * total / (weights @ times))
        x += step
        # Convergence is quadratic: after a step this small the error is below rounding.
        if abs(step) <= SMALL_STEP:
            return float(np.expm1(x))
    what = f"no yield after {MOST_STEPS} steps, the last one {step:.3g}"
    raise SolverError(
        Problem(where="yield of a stream", what=what, remedy="check amounts and present value")
    )
