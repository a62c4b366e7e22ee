"""Performance: assets against the liability they must pay, in percent and in money.

Returns and alpha, the 8 + 4 + 2 measures of the report, the scoreboard, the bridge from one funded
status to the next, and the roll-forward between valuations.
"""

from defease.performance.alpha import (
    GrowthOfBothSides,
    alpha_sentence,
    asset_growth,
    grown_at_returns,
    growth_of_both_sides,
    liability_growth,
)
from defease.performance.backtest import (
    BackTest,
    ErrorDistribution,
    RollForwardError,
    back_test,
    book_difference,
    error_distribution,
)
from defease.performance.balances import (
    BalanceHistory,
    Drawdown,
    balance_history,
    balances_from_returns,
    deepest_drawdown,
    returns_of_balances,
)
from defease.performance.bootstrap import (
    AlphaIntervals,
    BootstrapPlan,
    Interval,
    alpha_intervals,
)
from defease.performance.bridge import Bridge, BridgeEnds, BridgeStep, funded_bridge, linked_bridge
from defease.performance.deficit import RequiredAlpha, required_alpha
from defease.performance.drivers import AssetChanges, LiabilityChanges, plan_bridge
from defease.performance.measures import Measure, MeasureStatus, Unit, Window
from defease.performance.money_weighted import (
    MoneyWeightedReturn,
    MoneyWeightedStatus,
    money_weighted_return,
)
from defease.performance.proxies import (
    AlignedReturns,
    DatedReturns,
    PlacedFlows,
    Step,
    aligned_returns,
    at_month_ends,
    dated_returns,
    linked_by_month,
)
from defease.performance.report import (
    PerformanceReport,
    RollingRow,
    performance_report,
    rolling_measures,
)
from defease.performance.returns import (
    FlowTiming,
    ValuedReturns,
    annualised_return,
    link_returns,
    modified_dietz_return,
    returns_from_values,
    time_weighted_return,
)
from defease.performance.rollforward import (
    MarketMoves,
    OfficialValues,
    RollForward,
    market_moves,
    official_values,
    roll_forward,
)
from defease.performance.scores import Contender, Contest, ScoreLine, Side, scoreboard
from defease.performance.series import (
    Frequency,
    PairedReturns,
    ReturnSeries,
    overlap,
    return_series,
)

__all__ = [
    "AlignedReturns",
    "AlphaIntervals",
    "AssetChanges",
    "BackTest",
    "BalanceHistory",
    "BootstrapPlan",
    "Bridge",
    "BridgeEnds",
    "BridgeStep",
    "Contender",
    "Contest",
    "DatedReturns",
    "Drawdown",
    "ErrorDistribution",
    "FlowTiming",
    "Frequency",
    "GrowthOfBothSides",
    "Interval",
    "LiabilityChanges",
    "MarketMoves",
    "Measure",
    "MeasureStatus",
    "MoneyWeightedReturn",
    "MoneyWeightedStatus",
    "OfficialValues",
    "PairedReturns",
    "PerformanceReport",
    "PlacedFlows",
    "RequiredAlpha",
    "ReturnSeries",
    "RollForward",
    "RollForwardError",
    "RollingRow",
    "ScoreLine",
    "Side",
    "Step",
    "Unit",
    "ValuedReturns",
    "Window",
    "aligned_returns",
    "alpha_intervals",
    "alpha_sentence",
    "annualised_return",
    "asset_growth",
    "at_month_ends",
    "back_test",
    "balance_history",
    "balances_from_returns",
    "book_difference",
    "dated_returns",
    "deepest_drawdown",
    "error_distribution",
    "funded_bridge",
    "grown_at_returns",
    "growth_of_both_sides",
    "liability_growth",
    "link_returns",
    "linked_bridge",
    "linked_by_month",
    "market_moves",
    "modified_dietz_return",
    "money_weighted_return",
    "official_values",
    "overlap",
    "performance_report",
    "plan_bridge",
    "required_alpha",
    "return_series",
    "returns_from_values",
    "returns_of_balances",
    "roll_forward",
    "rolling_measures",
    "scoreboard",
    "time_weighted_return",
]
