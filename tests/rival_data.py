"""Questions to rivals of matching, for tests: on the curve, off it, and with monthly payments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from defease.arrays import FloatArray
from defease.curves import CurveShift, DiscountCurve, flat_curve
from defease.matching import Availability, MatchingData, MatchingPolicy
from defease.matching.rivals import RivalQuestion, unlabelled

NO_CASH = MatchingPolicy(initial_cash=Availability.NONE, cash_cap_months=None)
SLOPED = flat_curve(0.04).shifted(CurveShift.at_tenors([1.0, 10.0, 30.0], [-0.01, 0.0, 0.006]))


def zeros_question(
    maturities: npt.ArrayLike,
    *,
    times: npt.ArrayLike,
    payments: npt.ArrayLike,
    curve: DiscountCurve,
    policy: MatchingPolicy = NO_CASH,
) -> RivalQuestion:
    """Zero-coupon bonds of 100 priced on the curve, and payments at given times."""
    when, due = np.array(maturities, dtype=np.float64), np.array(payments, dtype=np.float64)
    count = len(when)
    data = MatchingData(
        policy=policy,
        payment_times=np.array(times, dtype=np.float64),
        payments=due,
        prices=100.0 * curve.discount_factors(when),
        flow_bonds=np.arange(count),
        flow_times=when,
        flow_amounts=np.full(count, 100.0),
        flow_principals=np.full(count, 100.0),
        cash_caps=np.full(len(due) + 1, np.inf),
    )
    return RivalQuestion(data=data, bonds=unlabelled(count), curve=curve)


def coupon_question(
    *,
    years: int = 30,
    bonds: int = 120,
    spread: float = 0.008,
    seed: int = 0,
    policy: MatchingPolicy | None = None,
) -> RivalQuestion:
    """Half-yearly bonds with spreads up to `spread` over a sloped curve, falling monthly payments.

    A short bill and a bond as long as the payments are always there.
    """
    draw = np.random.default_rng(seed)
    months = np.sort(draw.integers(1, 12 * years, bonds))
    months[0], months[-1] = 1, 12 * years
    owners = np.repeat(np.arange(bonds), -(-months // 6))
    ahead = np.concatenate([np.arange(-(-m // 6))[::-1] for m in months.tolist()])
    times = (months[owners] - 6 * ahead) / 12.0
    principals = np.where(ahead == 0, 100.0, 0.0)
    amounts = draw.uniform(0.5, 3.5, bonds)[owners] + principals
    spreads = draw.uniform(0.0, spread, bonds)
    growth = 1.0 + SLOPED.annual_spot_rates(times) + spreads[owners]
    due = 100.0 * (1.0 - np.arange(12 * years) / (18.0 * years))
    data = MatchingData(
        policy=policy or MatchingPolicy(reinvestment_rate=0.02, cash_cap_months=None),
        payment_times=np.arange(1, 12 * years + 1) / 12.0,
        payments=due,
        prices=sums(owners, amounts * growth**-times, bonds),
        flow_bonds=owners,
        flow_times=times,
        flow_amounts=amounts,
        flow_principals=principals,
        cash_caps=np.full(len(due) + 1, np.inf),
    )
    return RivalQuestion(data=data, bonds=unlabelled(bonds), curve=SLOPED)


def with_bonds(question: RivalQuestion, kept: FloatArray) -> RivalQuestion:
    """The same question with some of the bonds only (`kept`: their positions, increasing)."""
    data, number = question.data, np.full(len(question.data.prices), -1)
    number[kept.astype(np.int64)] = np.arange(len(kept))
    flows = number[data.flow_bonds] >= 0
    fewer = replace(
        data,
        prices=data.prices[kept.astype(np.int64)],
        flow_bonds=number[data.flow_bonds][flows],
        flow_times=data.flow_times[flows],
        flow_amounts=data.flow_amounts[flows],
        flow_principals=data.flow_principals[flows],
    )
    return RivalQuestion(data=fewer, bonds=unlabelled(len(kept)), curve=question.curve)


def sums(owners: npt.NDArray[np.int64], values: FloatArray, count: int) -> FloatArray:
    """Values added up by owner."""
    return np.bincount(owners, values, count).astype(np.float64)
