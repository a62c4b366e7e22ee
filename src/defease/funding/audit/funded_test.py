"""Which part of each year's benefits the printed balances fund, under a policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.policies import (
    AfterShortfall,
    ExhaustionPolicy,
    OutflowTested,
    ShortfallYear,
    Sufficiency,
)

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray


def sufficient_years(
    opening: FloatArray, benefits: FloatArray, expenses: FloatArray, policy: ExhaustionPolicy
) -> BoolArray:
    """Years whose opening balance covers what the policy tests, shape (rows,)."""
    tested = _tested(benefits, expenses, policy)
    at_least = policy.sufficiency is Sufficiency.OPENING_AT_LEAST
    enough: BoolArray = ((opening >= tested) if at_least else (opening > tested)) | (tested == 0)
    if policy.after_shortfall is AfterShortfall.ONCE_FAILED:
        enough = np.logical_and.accumulate(enough)
    return enough


def funded_share(
    opening: FloatArray, benefits: FloatArray, expenses: FloatArray, policy: ExhaustionPolicy
) -> FloatArray:
    """Share of each year's benefits discounted at the assumed return, shape (rows,)."""
    enough = sufficient_years(opening, benefits, expenses, policy)
    whole = enough.astype(np.float64)
    if policy.shortfall_year is ShortfallYear.WHOLE:
        return whole
    tested = _tested(benefits, expenses, policy)
    with np.errstate(all="ignore"):
        covered = np.where(tested > 0, np.clip(opening, 0, tested) / tested, 1.0)
    if policy.after_shortfall is AfterShortfall.ONCE_FAILED:
        covered = np.where(np.cumsum(~enough) > 1, 0.0, covered)
    return np.where(enough, 1.0, covered)


def other_policies(policy: ExhaustionPolicy) -> list[tuple[str, ExhaustionPolicy]]:
    """The same policy with one switch of the test turned, and its words."""
    changes: list[tuple[str, ExhaustionPolicy]] = [
        *((f"shortfall year {x}", replace(policy, shortfall_year=x)) for x in ShortfallYear),
        *((f"after a shortfall {x}", replace(policy, after_shortfall=x)) for x in AfterShortfall),
        *((f"sufficiency {x}", replace(policy, sufficiency=x)) for x in Sufficiency),
        *((f"tested outflow {x}", replace(policy, tested_outflow=x)) for x in OutflowTested),
    ]
    return [(words.replace("_", " "), other) for words, other in changes if other != policy]


def _tested(benefits: FloatArray, expenses: FloatArray, policy: ExhaustionPolicy) -> FloatArray:
    only_benefits = policy.tested_outflow is OutflowTested.BENEFITS
    return benefits if only_benefits else benefits + expenses
