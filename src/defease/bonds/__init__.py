"""Bonds: terms and schedules, accrued interest, payments, yields, spreads, ratings, identifiers."""

from defease.bonds.accrued import accrued_interest
from defease.bonds.calls import (
    WorstMeasures,
    callable_by_yields,
    measures_to_worst,
    yields_to_worst,
)
from defease.bonds.generator import generate_universe
from defease.bonds.identifiers import (
    IdentifierFinding,
    IdentifierType,
    cusip_check_digit,
    identifier_finding,
    is_valid_cusip,
    is_valid_isin,
    is_valid_sedol,
    isin_check_digit,
    restored_zeros,
    sedol_check_digit,
)
from defease.bonds.linked import (
    FlatInflation,
    IndexGrowth,
    LinkedUniverse,
    projected_payments,
    settlement_amounts,
)
from defease.bonds.payments import BondPayments, payments_of
from defease.bonds.pricing import price_on_curve, z_spreads
from defease.bonds.ratings import (
    MOODYS,
    RATINGS,
    TREASURY,
    UNRATED,
    at_or_below,
    in_rating_bucket,
    is_known_rating,
    meets_minimum,
    parse_rating,
    rating_bucket,
    rating_rank,
    rating_ranks,
)
from defease.bonds.spreads import YieldBenchmark, yield_spreads
from defease.bonds.terms import BondTerms
from defease.bonds.universe import BondUniverse
from defease.bonds.yields import (
    LastPeriod,
    YieldMeasures,
    convexities,
    macaulay_durations,
    modified_durations,
    prices_from_yields,
    yield_measures,
    yields_to_maturity,
)

__all__ = [
    "MOODYS",
    "RATINGS",
    "TREASURY",
    "UNRATED",
    "BondPayments",
    "BondTerms",
    "BondUniverse",
    "FlatInflation",
    "IdentifierFinding",
    "IdentifierType",
    "IndexGrowth",
    "LastPeriod",
    "LinkedUniverse",
    "WorstMeasures",
    "YieldBenchmark",
    "YieldMeasures",
    "accrued_interest",
    "at_or_below",
    "callable_by_yields",
    "convexities",
    "cusip_check_digit",
    "generate_universe",
    "identifier_finding",
    "in_rating_bucket",
    "is_known_rating",
    "is_valid_cusip",
    "is_valid_isin",
    "is_valid_sedol",
    "isin_check_digit",
    "macaulay_durations",
    "measures_to_worst",
    "meets_minimum",
    "modified_durations",
    "parse_rating",
    "payments_of",
    "price_on_curve",
    "prices_from_yields",
    "projected_payments",
    "rating_bucket",
    "rating_rank",
    "rating_ranks",
    "restored_zeros",
    "sedol_check_digit",
    "settlement_amounts",
    "yield_measures",
    "yield_spreads",
    "yields_to_maturity",
    "yields_to_worst",
    "z_spreads",
]
