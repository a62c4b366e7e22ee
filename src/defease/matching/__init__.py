"""Cash-flow matching: the least-cost portfolio that pays every liability on its day.

One file an idea: `policy` (conventions), `limits`, `eligibility`, `question` (the data as plain
arrays), `problem` (the linear programme), `solve`, `explanation`, `diagnosis`, `runoff`, `savings`,
`haircut`, and the room `rivals` for what is done instead.
"""

from defease.matching.data import MatchingData, Trading
from defease.matching.diagnosis import Diagnosis, UncoveredError, UncoveredPayment
from defease.matching.duration_limits import KeyRateLimit, LongestDuration, ShortestDuration
from defease.matching.eligibility import Eligibility, Excluded, Reason, Unrated
from defease.matching.haircut import ILLUSTRATIVE_LOSSES, ExpectedLossTable
from defease.matching.limits import (
    CountryLimit,
    IssuerLimit,
    MaturityBandLimit,
    MinimumTreasuries,
    RatingAtOrBelowLimit,
    RatingLimit,
    SectorLimit,
    ShareLimit,
    SizedLimit,
    SupplyLimit,
    TurnoverLimit,
)
from defease.matching.policy import (
    Amounts,
    Availability,
    LimitsRelativeTo,
    Loan,
    MatchingPolicy,
    Surplus,
    TerminalSurplus,
)
from defease.matching.problem import Limit
from defease.matching.question import MatchingQuestion, matching_question
from defease.matching.result import FundedByCash, Holdings, LimitPrice, MatchResult
from defease.matching.rivals import (
    AnnuityPrice,
    BuyoutComparison,
    ReportedRisk,
    RivalComparison,
    RivalPortfolio,
    RivalQuestion,
    RivalRule,
    compare_buyout,
    compare_with_rivals,
    reported_status_risk,
)
from defease.matching.runoff import RunOff, run_off
from defease.matching.savings import Savings, SavingsAmounts, savings_of
from defease.matching.solve import answer, match_cash_flows

__all__ = [
    "ILLUSTRATIVE_LOSSES",
    "Amounts",
    "AnnuityPrice",
    "Availability",
    "BuyoutComparison",
    "CountryLimit",
    "Diagnosis",
    "Eligibility",
    "Excluded",
    "ExpectedLossTable",
    "FundedByCash",
    "Holdings",
    "IssuerLimit",
    "KeyRateLimit",
    "Limit",
    "LimitPrice",
    "LimitsRelativeTo",
    "Loan",
    "LongestDuration",
    "MatchResult",
    "MatchingData",
    "MatchingPolicy",
    "MatchingQuestion",
    "MaturityBandLimit",
    "MinimumTreasuries",
    "RatingAtOrBelowLimit",
    "RatingLimit",
    "Reason",
    "ReportedRisk",
    "RivalComparison",
    "RivalPortfolio",
    "RivalQuestion",
    "RivalRule",
    "RunOff",
    "Savings",
    "SavingsAmounts",
    "SectorLimit",
    "ShareLimit",
    "ShortestDuration",
    "SizedLimit",
    "SupplyLimit",
    "Surplus",
    "TerminalSurplus",
    "Trading",
    "TurnoverLimit",
    "UncoveredError",
    "UncoveredPayment",
    "Unrated",
    "answer",
    "compare_buyout",
    "compare_with_rivals",
    "match_cash_flows",
    "matching_question",
    "reported_status_risk",
    "run_off",
    "savings_of",
]
