"""Slices of a liability: years, percents and priorities that a budget buys; goals; windows."""

from defease.matching.slices.budgets import BudgetMatch, Slice, is_homogeneous, match_budget
from defease.matching.slices.goals import (
    Deficit,
    Goal,
    GoalMatch,
    match_terminal_surplus,
    match_turnover,
    match_yield,
)
from defease.matching.slices.horizons import CurveEnd, HorizonCurve, horizon_curve
from defease.matching.slices.priorities import PriorityMatch, Shares, Stream, match_priorities
from defease.matching.slices.windows import (
    WindowedMatch,
    match_rolling,
    match_windowed,
    window_ends,
    windowed,
)

__all__ = [
    "BudgetMatch",
    "CurveEnd",
    "Deficit",
    "Goal",
    "GoalMatch",
    "HorizonCurve",
    "PriorityMatch",
    "Shares",
    "Slice",
    "Stream",
    "WindowedMatch",
    "horizon_curve",
    "is_homogeneous",
    "match_budget",
    "match_priorities",
    "match_rolling",
    "match_terminal_surplus",
    "match_turnover",
    "match_windowed",
    "match_yield",
    "window_ends",
    "windowed",
]
