"""Which rivals a plan asks for in [rivals]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defease.performance.rivals import ParBondIndex, RivalChoices

if TYPE_CHECKING:
    from defease.inputs.plan import Plan


def choices_of(plan: Plan) -> RivalChoices:
    """The choices of [rivals]; the named stand-ins where it gives no indexes."""
    section = plan.settings.rivals
    near, far = section.zeros
    given = RivalChoices(
        zeros=(near, far), swap_maturity=section.swap_maturity, hedge_ratio=section.hedge_ratio
    )
    if not section.indexes:
        return given
    indexes = tuple(
        ParBondIndex(name, tuple(maturities)) for name, maturities in section.indexes.items()
    )
    return RivalChoices(
        indexes=indexes,
        zeros=given.zeros,
        swap_maturity=given.swap_maturity,
        hedge_ratio=given.hedge_ratio,
    )
