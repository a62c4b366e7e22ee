"""Bonds: terms and schedules, accrued interest, payments, yields, spreads, ratings, identifiers."""

from defease.bonds.accrued import accrued_interest
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
from defease.bonds.terms import BondTerms
from defease.bonds.universe import BondUniverse
from defease.bonds.yields import (
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
    "IdentifierFinding",
    "IdentifierType",
    "YieldMeasures",
    "accrued_interest",
    "at_or_below",
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
    "meets_minimum",
    "modified_durations",
    "parse_rating",
    "payments_of",
    "price_on_curve",
    "prices_from_yields",
    "rating_bucket",
    "rating_rank",
    "rating_ranks",
    "restored_zeros",
    "sedol_check_digit",
    "yield_measures",
    "yields_to_maturity",
    "z_spreads",
]
