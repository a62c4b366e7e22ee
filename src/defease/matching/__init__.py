"""Cash-flow matching: the least-cost portfolio that pays every liability on its day.

One file an idea: `policy` (conventions), `limits`, `eligibility`, `question` (the data as plain
arrays), `problem` (the linear programme), `solve`, `explanation`, `diagnosis`, `runoff`, `savings`,
`haircut`, and `immunisation` for the rivals.
"""

from defease.matching.diagnosis import Diagnosis, UncoveredError, UncoveredPayment
from defease.matching.eligibility import Eligibility, Excluded, Reason, Unrated
from defease.matching.haircut import ILLUSTRATIVE_LOSSES, ExpectedLossTable
from defease.matching.limits import (
    IssuerLimit,
    RatingAtOrBelowLimit,
    RatingLimit,
    SectorLimit,
    ShareLimit,
    SupplyLimit,
)
from defease.matching.policy import (
    Amounts,
    Availability,
    LimitsRelativeTo,
    MatchingPolicy,
    Surplus,
    TerminalSurplus,
)
from defease.matching.problem import Limit, MatchingData
from defease.matching.result import FundedByCash, Holdings, LimitPrice, MatchResult
from defease.matching.runoff import RunOff, run_off
from defease.matching.savings import Savings, SavingsAmounts, savings_of
from defease.matching.solve import match_cash_flows

__all__ = [
    "ILLUSTRATIVE_LOSSES",
    "Amounts",
    "Availability",
    "Diagnosis",
    "Eligibility",
    "Excluded",
    "ExpectedLossTable",
    "FundedByCash",
    "Holdings",
    "IssuerLimit",
    "Limit",
    "LimitPrice",
    "LimitsRelativeTo",
    "MatchResult",
    "MatchingData",
    "MatchingPolicy",
    "RatingAtOrBelowLimit",
    "RatingLimit",
    "Reason",
    "RunOff",
    "Savings",
    "SavingsAmounts",
    "SectorLimit",
    "ShareLimit",
    "SupplyLimit",
    "Surplus",
    "TerminalSurplus",
    "UncoveredError",
    "UncoveredPayment",
    "Unrated",
    "match_cash_flows",
    "run_off",
    "savings_of",
]
