"""Portfolios in pieces a desk can trade: whole lots, smallest pieces, few names, priced tickets.

`rules` (what a piece is), `pool` (bonds among which is chosen), `dive` (guided rounding), `mixed`
(whole-number programme), `search` (all of them against the clock), `verification` (exact check),
`match` (the answer).
"""

from defease.matching.lots.match import LotMatch, match_in_lots
from defease.matching.lots.rules import PieceRules
from defease.matching.lots.search import Stage, StageKind
from defease.matching.lots.verification import Verification

__all__ = ["LotMatch", "PieceRules", "Stage", "StageKind", "Verification", "match_in_lots"]
