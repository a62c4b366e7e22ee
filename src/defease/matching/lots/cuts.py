"""Ways to hold fewer bonds: which names go first when there are more than the rules allow.

None is best everywhere, so the search tries one after the other: dropping the smallest is quick;
dropping what is cheapest to lose looks closer; making small holdings dear lets the linear programme
itself gather its money in few bonds before anything is forbidden.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from defease.arrays import FloatArray, IntArray
    from defease.matching.lots.pool import Pieces

SHARE_DROPPED = 4
LOOKED_AT = 8
TO_SPARE = 5
SMALL_SHARE = 1e-4
FIRST_PENALTY, PENALTY_GROWTH = 1e-6, 1.5
ROUNDS = 3


class Descent(Protocol):
    """What a way of cutting sees of a dive, and does to it."""

    pieces: Pieces

    @property
    def size(self) -> int: ...  # noqa: D102 - the names say it
    @property
    def prices(self) -> FloatArray: ...  # noqa: D102
    @property
    def levels(self) -> FloatArray: ...  # noqa: D102
    @property
    def held(self) -> IntArray: ...  # noqa: D102
    @property
    def excess_names(self) -> int: ...  # noqa: D102
    @property
    def cost(self) -> float: ...  # noqa: D102
    def drop(self, bonds: IntArray) -> bool: ...  # noqa: D102
    def cost_without(self, bond: int) -> float: ...  # noqa: D102
    def forbid_the_rest(self) -> None: ...  # noqa: D102
    def reprice(self, prices: FloatArray) -> None: ...  # noqa: D102
    def settle_small(self) -> None: ...  # noqa: D102


class Cut(StrEnum):
    """Which names go first."""

    SMALLEST = "the smallest first"
    REWEIGHTED = "small holdings made dear"
    CHEAPEST = "the cheapest to lose first"


def cut_names(dive: Descent, cut: Cut) -> bool:
    """Hold no more names than the rules allow; whether that was possible on this way."""
    if cut is Cut.REWEIGHTED:
        _gather(dive, dive.pieces.names + TO_SPARE)
    drop = _drop_smallest if cut is Cut.SMALLEST else _drop_cheapest
    stuck = np.zeros(dive.size, dtype=np.bool_)
    while dive.excess_names > 0:
        held = dive.held
        free = held[~stuck[held]]
        if not len(free):
            return False
        dive.forbid_the_rest()
        stuck[drop(dive, free[np.argsort(dive.levels[free], kind="stable")])] = True
    return True


def spread_tickets(dive: Descent) -> None:
    """Let each holding bear its ticket: prices that fall with size, a few rounds of them."""
    smallest = max(dive.pieces.least, dive.pieces.unit) or 1.0
    for _ in range(ROUNDS):
        dive.reprice(dive.prices + dive.pieces.ticket / np.maximum(dive.levels, smallest))
    dive.forbid_the_rest()
    dive.reprice(dive.prices)


def _drop_smallest(dive: Descent, free: IntArray) -> IntArray:
    """A quarter of the excess at a time; what cannot be dropped."""
    group = free[: max(1, dive.excess_names // SHARE_DROPPED)]
    if dive.drop(group):
        dive.settle_small()
        return group[:0]
    return group


def _drop_cheapest(dive: Descent, free: IntArray) -> IntArray:
    """One at a time, the cheapest to lose of the few smallest; what cannot be dropped."""
    looked_at = free[:LOOKED_AT]
    costs = np.array([dive.cost_without(bond) for bond in looked_at.tolist()])
    best = int(np.argmin(costs))
    if np.isfinite(costs[best]):
        dive.drop(looked_at[best : best + 1])
        dive.settle_small()
    return np.asarray(looked_at[np.isinf(costs)], dtype=np.int64)


def _gather(dive: Descent, names: int) -> None:
    """Raise a penalty on small holdings until few are left, then forbid the others.

    ``p_i (1 + penalty / (p_i x_i + small))`` at the last holdings x: a fixed cost, made linear.
    """
    base: FloatArray = dive.prices
    value = dive.cost
    penalty = FIRST_PENALTY * value
    while np.count_nonzero(dive.levels) > names and penalty < value:
        for _ in range(ROUNDS):
            worth = dive.levels * base
            dive.reprice(base * (1.0 + penalty / (worth + SMALL_SHARE * value)))
            if np.count_nonzero(dive.levels) <= names:
                break
        penalty *= PENALTY_GROWTH
    dive.forbid_the_rest()
    dive.reprice(base)
    dive.settle_small()
