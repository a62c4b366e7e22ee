"""Matching when things are not certain: defaults, what cash earns, what has to be paid.

`defaults` (a budget of failing bonds as a limit), `reinvestment` (the lowest rate, and replays),
`scenarios`, `shortfall` and `match` (payments that may turn out in several ways); behind them
`stages` (the programme in two stages), `direct`, `recourse` and `benders`.
"""

from defease.matching.uncertain.defaults import DefaultBudget
from defease.matching.uncertain.match import (
    ScenarioMatch,
    ScenarioMethod,
    ScenarioOutcome,
    match_scenarios,
)
from defease.matching.uncertain.reinvestment import reinvested_at, run_off_at, worst_reinvestment
from defease.matching.uncertain.scenarios import Scenario, ScenarioQuestion, scenario_question
from defease.matching.uncertain.shortfall import FULL_COVER, ShortfallDistribution, ShortfallRule

__all__ = [
    "FULL_COVER",
    "DefaultBudget",
    "Scenario",
    "ScenarioMatch",
    "ScenarioMethod",
    "ScenarioOutcome",
    "ScenarioQuestion",
    "ShortfallDistribution",
    "ShortfallRule",
    "match_scenarios",
    "reinvested_at",
    "run_off_at",
    "scenario_question",
    "worst_reinvestment",
]
