"""What people do instead of matching, on the same liabilities and the same history.

Generic bond indexes, duration matching, a leveraged index, a swaps overlay and a cash sweep, each
against zeros that pay the liability's own payments.  Everything is revalued in full on the curve of
each month end.
"""

from defease.performance.rivals.indexes import (
    IndexHistory,
    cash_returns,
    index_from_returns,
    index_history,
)
from defease.performance.rivals.mismatch import (
    BenchmarkMismatch,
    GrowthMismatch,
    benchmark_mismatch,
)
from defease.performance.rivals.recipes import (
    BROAD_STAND_IN,
    LONG_STAND_IN,
    ParBondIndex,
    Recipe,
    UnitHolding,
    ZeroIndex,
)
from defease.performance.rivals.results import (
    CashLadder,
    RivalComparison,
    RivalResult,
    YearOfSurplus,
    compare_rivals,
    run_matched,
    run_strategy,
    years_of_expenses,
)
from defease.performance.rivals.standard import RivalChoices, RivalStudy, study_rivals
from defease.performance.rivals.strategies import (
    HedgedLiability,
    Overlay,
    Strategy,
    duration_match,
    hedged_liability,
    hold_index,
    leveraged_index,
    swap_overlay,
)
from defease.performance.rivals.sweep import (
    ClassHistory,
    SweepComparison,
    SweepResult,
    class_history,
    compare_sweep_with_sleeve,
    pay_from_sleeve,
    sweep_all_classes,
)

__all__ = [
    "BROAD_STAND_IN",
    "LONG_STAND_IN",
    "BenchmarkMismatch",
    "CashLadder",
    "ClassHistory",
    "GrowthMismatch",
    "HedgedLiability",
    "IndexHistory",
    "Overlay",
    "ParBondIndex",
    "Recipe",
    "RivalChoices",
    "RivalComparison",
    "RivalResult",
    "RivalStudy",
    "Strategy",
    "SweepComparison",
    "SweepResult",
    "UnitHolding",
    "YearOfSurplus",
    "ZeroIndex",
    "benchmark_mismatch",
    "cash_returns",
    "class_history",
    "compare_rivals",
    "compare_sweep_with_sleeve",
    "duration_match",
    "hedged_liability",
    "hold_index",
    "index_from_returns",
    "index_history",
    "leveraged_index",
    "pay_from_sleeve",
    "run_matched",
    "run_strategy",
    "study_rivals",
    "swap_overlay",
    "sweep_all_classes",
    "years_of_expenses",
]
