"""How much of the liability's interest sensitivity the bonds carry, before and after trading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.valuation.key_rates import KEY_RATE_TENORS, split_by_tenor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.curves import DiscountCurve
    from defease.matching.data import MatchingData
    from defease.matching.desk.rebalance import Rebalance

BASIS_POINT = 1e-4
NEGLIGIBLE = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class HedgeRatios:
    """Money lost for one basis point on annual spot rates: the liability, the bonds, by tenor.

    Attributes
    ----------
    tenors
        Years of the key rates.
    liability, before, after
        Key-rate DV01 of the payments matched and of the bonds before and after, shape (tenors,);
        each adds up to the DV01.  Cash carried has none; bonds count with all their payments.
    """

    tenors: tuple[float, ...]
    liability: FloatArray
    before: FloatArray
    after: FloatArray

    @property
    def ratio_before(self) -> float | None:
        """DV01 of the bonds over that of the liability; None where the latter is 0."""
        return _ratio(float(self.before.sum()), float(self.liability.sum()), self._size)

    @property
    def ratio_after(self) -> float | None:
        """The same after trading."""
        return _ratio(float(self.after.sum()), float(self.liability.sum()), self._size)

    @property
    def by_tenor_before(self) -> tuple[float | None, ...]:
        """The ratio at each tenor before trading; None where the liability has nothing there."""
        return self._by_tenor(self.before)

    @property
    def by_tenor_after(self) -> tuple[float | None, ...]:
        """The same after trading."""
        return self._by_tenor(self.after)

    @property
    def _size(self) -> float:
        return float(np.abs(self.liability).sum())

    def _by_tenor(self, bonds: FloatArray) -> tuple[float | None, ...]:
        pairs = zip(bonds.tolist(), self.liability.tolist(), strict=True)
        return tuple(_ratio(ours, owed, self._size) for ours, owed in pairs)


def hedge_ratios(
    rebalanced: Rebalance, curve: DiscountCurve, *, tenors: Sequence[float] = KEY_RATE_TENORS
) -> HedgeRatios:
    """Key-rate DV01 of the liability and of the bonds before and after trading, on one curve.

    A payment A at time t loses ``A P(t) t / (1 + s(t))`` per unit of its annual effective spot
    rate, shared out to the two tenors beside it.
    """
    data = rebalanced.result.data
    return HedgeRatios(
        tenors=tuple(tenors),
        liability=_dv01s(data.payment_times, data.payments, curve, tenors),
        before=_of_bonds(data, rebalanced.held, curve, tenors),
        after=_of_bonds(data, rebalanced.result.levels, curve, tenors),
    )


def _of_bonds(
    data: MatchingData, levels: FloatArray, curve: DiscountCurve, tenors: Sequence[float]
) -> FloatArray:
    paid = levels[data.flow_bonds] * data.flow_amounts
    used = np.flatnonzero(paid)
    return _dv01s(data.flow_times[used], paid[used], curve, tenors)


def _dv01s(
    times: FloatArray, amounts: FloatArray, curve: DiscountCurve, tenors: Sequence[float]
) -> FloatArray:
    growth = 1.0 + curve.annual_spot_rates(times)
    losses = amounts * curve.discount_factors(times) * times / growth * BASIS_POINT
    return read_only(split_by_tenor(times, losses, tenors))


def _ratio(bonds: float, owed: float, size: float) -> float | None:
    return bonds / owed if abs(owed) > NEGLIGIBLE * size else None
