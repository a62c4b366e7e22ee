"""Balances rolled forward anew from the first opening balance, as the source says they should."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from defease.funding.audit.balance import net_outgo, opening_balances
from defease.funding.policies import ExhaustedAssets, growth_to_year_end

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.funding.audit.working import Working


def rolled_forward(working: Working) -> Working:
    """Balances rolled forward from the first opening at the stated return and timing."""
    rate, policy = working.basis.assumed_return, working.basis.policy
    outflow = net_outgo(working) * growth_to_year_end(policy.timing, rate)
    opening = np.array(opening_balances(working))
    if "opening" not in working:
        return working
    closing: FloatArray = np.zeros(len(working))
    floored = policy.exhausted_assets is ExhaustedAssets.FLOOR_AT_ZERO
    follows = working.follows
    for row in range(len(working)):
        if row and follows[row]:
            opening[row] = closing[row - 1]
        closing[row] = opening[row] * (1 + rate) - outflow[row]
        if floored:
            closing[row] = max(closing[row], 0.0)
    columns = dict(working.columns) | {"opening": opening}
    if "closing" in working:
        columns["closing"] = closing
    return replace(working, columns=columns)
