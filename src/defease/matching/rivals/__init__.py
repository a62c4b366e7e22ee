"""The rivals of matching, beside it: immunisation by several rules, horizon matching, swaps.

One file an idea: `streams` (payments valued on a curve), `targets` (rows of a rule), `programs`
(solving), `immunised`, `horizon`, `swaps`, `shocks`, `cash` (run-off without selling),
`comparison`, `reported` (funded status beside certainty of cash), `buyout`.
"""

from defease.matching.rivals.buyout import (
    AnnuityPrice,
    BuyoutComparison,
    OpenRisk,
    RunOffOutlook,
    Settlement,
    SettlementOption,
    compare_buyout,
)
from defease.matching.rivals.cash import CashRunOff, run_off_without_selling
from defease.matching.rivals.comparison import (
    RefusedRival,
    RivalComparison,
    RivalRow,
    compare_portfolios,
    compare_with_rivals,
    matching_portfolio,
    portfolio_of_result,
    standard_rivals,
)
from defease.matching.rivals.horizon import (
    HorizonRows,
    WholeDuration,
    horizon_portfolio,
    horizon_portfolio_with,
    tail_rows,
    whole_duration_row,
)
from defease.matching.rivals.immunised import (
    duration_only_portfolio,
    factor_portfolio,
    immunised_portfolio,
    key_rate_portfolio,
    own_yield_portfolio,
    redington_portfolio,
    smallest_dispersion_portfolio,
    value_and_duration,
)
from defease.matching.rivals.programs import least_cost_portfolio
from defease.matching.rivals.question import (
    Objective,
    PlainLabels,
    RivalPortfolio,
    RivalQuestion,
    RivalRule,
    SwapOverlay,
    unlabelled,
)
from defease.matching.rivals.reported import ReportedChange, ReportedRisk, reported_status_risk
from defease.matching.rivals.shocks import CurveShock, rival_shocks
from defease.matching.rivals.streams import (
    DiscountedStreams,
    SpotMeasures,
    continuous_measures,
    own_yield_sensitivities,
    spot_measures,
)
from defease.matching.rivals.swaps import swaps_portfolio
from defease.matching.rivals.targets import (
    Condition,
    FactorLoadings,
    TargetRow,
    TargetSense,
    duration_row,
    factor_rows,
    key_rate_rows,
    own_yield_rows,
    redington_rows,
    value_row,
)

__all__ = [
    "AnnuityPrice",
    "BuyoutComparison",
    "CashRunOff",
    "Condition",
    "CurveShock",
    "DiscountedStreams",
    "FactorLoadings",
    "HorizonRows",
    "Objective",
    "OpenRisk",
    "PlainLabels",
    "RefusedRival",
    "ReportedChange",
    "ReportedRisk",
    "RivalComparison",
    "RivalPortfolio",
    "RivalQuestion",
    "RivalRow",
    "RivalRule",
    "RunOffOutlook",
    "Settlement",
    "SettlementOption",
    "SpotMeasures",
    "SwapOverlay",
    "TargetRow",
    "TargetSense",
    "WholeDuration",
    "compare_buyout",
    "compare_portfolios",
    "compare_with_rivals",
    "continuous_measures",
    "duration_only_portfolio",
    "duration_row",
    "factor_portfolio",
    "factor_rows",
    "horizon_portfolio",
    "horizon_portfolio_with",
    "immunised_portfolio",
    "key_rate_portfolio",
    "key_rate_rows",
    "least_cost_portfolio",
    "matching_portfolio",
    "own_yield_portfolio",
    "own_yield_rows",
    "own_yield_sensitivities",
    "portfolio_of_result",
    "redington_portfolio",
    "redington_rows",
    "reported_status_risk",
    "rival_shocks",
    "run_off_without_selling",
    "smallest_dispersion_portfolio",
    "spot_measures",
    "standard_rivals",
    "swaps_portfolio",
    "tail_rows",
    "unlabelled",
    "value_and_duration",
    "value_row",
    "whole_duration_row",
]
