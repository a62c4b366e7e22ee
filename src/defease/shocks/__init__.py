"""Shocks: deterministic stress by full revaluation of both sides, and reverse stress."""

from defease.shocks.holdings import (
    AssetSleeve,
    BondSleeve,
    SleeveRole,
    first_order_change,
    spread_to_price,
    zero_coupon_term,
)
from defease.shocks.revaluation import (
    BalanceSheet,
    StressResult,
    revalued,
    stress_balance_sheet,
)
from defease.shocks.reverse import FloorMeasure, ReverseStress, reverse_stress
from defease.shocks.scenarios import StressScenario, standard_scenarios

__all__ = [
    "AssetSleeve",
    "BalanceSheet",
    "BondSleeve",
    "FloorMeasure",
    "ReverseStress",
    "SleeveRole",
    "StressResult",
    "StressScenario",
    "first_order_change",
    "revalued",
    "reverse_stress",
    "spread_to_price",
    "standard_scenarios",
    "stress_balance_sheet",
    "zero_coupon_term",
]
