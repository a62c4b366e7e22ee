"""Matching when things are not certain: defaults, what cash earns, what has to be paid.

`defaults` (a budget of failing bonds as a limit), `reinvestment` (the lowest rate, and replays).
"""

from defease.matching.uncertain.defaults import DefaultBudget
from defease.matching.uncertain.reinvestment import reinvested_at, run_off_at, worst_reinvestment

__all__ = ["DefaultBudget", "reinvested_at", "run_off_at", "worst_reinvestment"]
