"""Valuation: present values, yields, durations and key rates, on any discount basis."""

from defease.valuation.annuities import (
    macaulay_duration_of_level_payments,
    present_value_of_growing_payments,
    present_value_of_level_payments,
)
from defease.valuation.bases import Basis
from defease.valuation.buckets import DEFAULT_EDGES, TermBucket, term_buckets
from defease.valuation.discounting import (
    SMALLEST_MEANINGFUL_SHARE,
    DiscountedPayments,
    discount,
    extrapolation_caution,
    present_value,
    share_beyond_curve,
)
from defease.valuation.effective_rate import effective_interest_rate
from defease.valuation.history import (
    HistoryMeasures,
    history_by_year,
    measure_history,
    value_history,
)
from defease.valuation.history_grids import (
    FlowGrid,
    FlowMoment,
    RateGrid,
    flow_grid,
    rate_grid,
    rate_grid_of_histories,
)
from defease.valuation.key_rates import KEY_RATE_TENORS, split_by_tenor
from defease.valuation.measures import RiskMeasures, measure_discounted, measure_risk
from defease.valuation.roots import rates_of_zero_value
from defease.valuation.sensitivities import (
    DEFAULT_SHIFTS_BP,
    Sensitivity,
    parallel_sensitivities,
)
from defease.valuation.yields import (
    StreamYield,
    YieldStatus,
    yield_of_amounts,
    yield_of_stream,
)

__all__ = [
    "DEFAULT_EDGES",
    "DEFAULT_SHIFTS_BP",
    "KEY_RATE_TENORS",
    "SMALLEST_MEANINGFUL_SHARE",
    "Basis",
    "DiscountedPayments",
    "FlowGrid",
    "FlowMoment",
    "HistoryMeasures",
    "RateGrid",
    "RiskMeasures",
    "Sensitivity",
    "StreamYield",
    "TermBucket",
    "YieldStatus",
    "discount",
    "effective_interest_rate",
    "extrapolation_caution",
    "flow_grid",
    "history_by_year",
    "macaulay_duration_of_level_payments",
    "measure_discounted",
    "measure_history",
    "measure_risk",
    "parallel_sensitivities",
    "present_value",
    "present_value_of_growing_payments",
    "present_value_of_level_payments",
    "rate_grid",
    "rate_grid_of_histories",
    "rates_of_zero_value",
    "share_beyond_curve",
    "split_by_tenor",
    "term_buckets",
    "value_history",
    "yield_of_amounts",
    "yield_of_stream",
]
