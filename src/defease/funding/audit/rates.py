"""Rates that rows of a table imply, and the round one behind most of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from defease.arrays import BoolArray, FloatArray, IntArray

ROUNDEST_DECIMALS = 3
FINEST_DECIMALS = 6
SAME_RATE = (1.0, -1.0, 1e3, 1e-3, 1e6, 1e-6)
SAME = 1e-6
REMEMBERED = 512
PRECISE, ROUND = 1e-8, 4


@dataclass(frozen=True)
class CommonRate:
    """A rate that several rows share, and whether it is round and sharply determined."""

    rate: float
    rows: int
    is_certain: bool


def common_rates(implied: FloatArray, doubt: FloatArray, rows: BoolArray) -> list[CommonRate]:
    """The rates that most of the given rows imply, the most frequent first, at most three.

    `doubt` is how far rounding alone can move each row's implied rate; it is doubled because a
    figure may have been rounded before the rate was applied to it.
    """
    return list(_common(implied.tobytes(), doubt.tobytes(), rows.tobytes()))


# One slip at a time is undone, so that most columns are looked at again unchanged.
@lru_cache(maxsize=REMEMBERED)
def _common(implied_rates: bytes, doubts: bytes, chosen: bytes) -> tuple[CommonRate, ...]:
    implied = np.frombuffer(implied_rates)
    doubt = 2 * np.frombuffer(doubts)
    rows = np.frombuffer(chosen, dtype=np.bool_)
    usable = rows & np.isfinite(implied) & np.isfinite(doubt) & (doubt > 0)
    found: list[CommonRate] = []
    while usable.any() and len(found) < 3:
        rate = _seed(implied[usable], doubt[usable])
        agrees = usable & (np.abs(implied - rate) <= doubt)
        certain = bool(doubt[agrees].min(initial=np.inf) < PRECISE and rate == round(rate, ROUND))
        found.append(CommonRate(rate, int(np.count_nonzero(agrees)), certain))
        if not agrees.any():
            break
        usable &= ~agrees
    return tuple(sorted(found, key=lambda c: -c.rows))


def is_another_rate(rate: float, usual: float) -> bool:
    """Whether a rate is neither the usual one nor that of amounts in another unit or sign."""
    same = any(abs(rate - usual * f) <= SAME * max(abs(usual * f), SAME) for f in SAME_RATE)
    return not same


def sharpened(rate: float, implied: FloatArray, doubt: FloatArray, rows: BoolArray) -> float:
    """The rate near a common one that most rows allow without any doubling of their doubt."""
    near = rows & (np.abs(implied - rate) <= 2 * doubt)
    if not near.any():
        return rate
    low, high = (implied - doubt)[near], (implied + doubt)[near]
    allowed = np.count_nonzero((low <= low[:, None]) & (low[:, None] <= high), axis=1)
    start = float(low[int(allowed.argmax())])
    end = float(high[(low <= start) & (start <= high)].min())
    rounded = [round((start + end) / 2, digits) for digits in range(ROUND, FINEST_DECIMALS + 2)]
    return next((r for r in rounded if start <= r <= end), (start + end) / 2)


def _seed(implied: FloatArray, doubt: FloatArray) -> float:
    """The roundest rate that as many rows allow as any, else a precise median of theirs."""
    order = np.argsort(doubt)
    sharp = order[: max(1, (len(order) + 1) // 2)]
    middle = float(np.median(implied[sharp]))
    sharpest = [float(implied[i]) for i in order[:3]]
    candidates = np.array(
        [
            round(rate, digits)
            for rate in (middle, *sharpest)
            for digits in range(ROUNDEST_DECIMALS, FINEST_DECIMALS + 1)
        ]
    )
    votes = _votes(candidates, implied, doubt)
    best = int(votes.argmax())
    if votes[best] >= max(int(_votes(np.array([middle]), implied, doubt)[0]), 1):
        return float(candidates[best])
    return _refined(middle, implied, doubt)


def _votes(rates: FloatArray, implied: FloatArray, doubt: FloatArray) -> IntArray:
    """The number of rows that allow each rate, shape (rates,)."""
    allowed: IntArray = np.count_nonzero(np.abs(implied - rates[:, None]) <= doubt, axis=1)
    return allowed


def _refined(rate: float, implied: FloatArray, doubt: FloatArray) -> float:
    """A weighted mean of the rows near a rate: exact enough for rows that are sharper than it."""
    for width in (1e3, 30.0, 3.0):
        near = np.abs(implied - rate) <= width * doubt
        if near.any():
            weights = 1 / doubt[near] ** 2
            rate = float(np.sum(weights * implied[near]) / np.sum(weights))
    return rate
