"""From one basis to the next, in money: what rates, averaging, the corridor and the spread do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from defease.curves import segment_curve
from defease.curves.discount import FlatCurve
from defease.errors import bad_input
from defease.valuation.discounting import present_value
from defease.valuation.legal.bases import NamedBasis
from defease.valuation.legal.segment_rates import SegmentStage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.cashflows import Payments
    from defease.curves import DiscountCurve
    from defease.valuation.bases import Basis
    from defease.valuation.legal.segment_rates import SegmentStep


class BridgeCause(StrEnum):
    """Why two bases value the same payments differently."""

    RATES = "rates"
    SPREAD = "spread"
    AVERAGING = "averaging"
    CORRIDOR = "corridor"


CAUSE_OF_STAGE = {
    SegmentStage.AVERAGE: BridgeCause.AVERAGING,
    SegmentStage.CORRIDOR: BridgeCause.CORRIDOR,
}


@dataclass(frozen=True, eq=False)
class BridgeStep:
    """One change on the way: its cause, what is changed in words, and the curve after it."""

    cause: BridgeCause
    words: str
    curve: DiscountCurve


@dataclass(frozen=True)
class BridgeChange:
    """What one step does to the present value, plan currency."""

    cause: BridgeCause
    words: str
    change: float
    present_value: float


@dataclass(frozen=True, kw_only=True)
class BasisBridge:
    """The way from one basis to another.

    ``end = start + sum of changes``: every change is the difference of two present values of the
    same payments, so that nothing is left over.

    Attributes
    ----------
    start_name, end_name
        The two bases.
    start_value, end_value
        Present values, plan currency.
    changes
        In order; the order is part of the answer, as with every sequential bridge.
    """

    start_name: str
    end_name: str
    start_value: float
    end_value: float
    changes: tuple[BridgeChange, ...]

    @property
    def by_cause(self) -> dict[BridgeCause, float]:
        """Changes added up by cause, in the order in which causes first appear."""
        causes = dict.fromkeys(change.cause for change in self.changes)
        return {
            cause: sum(change.change for change in self.changes if change.cause is cause)
            for cause in causes
        }


def basis_bridge(
    payments: Payments, start: Basis, end_name: str, steps: Sequence[BridgeStep]
) -> BasisBridge:
    """Value the same payments after each step and show what each step changes.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> from defease.valuation.bases import Basis
    >>> owed = Payments.from_times(dt.date(2025, 12, 31), [10.0], [1000.0])
    >>> treasury = Basis(name="treasury", curve=flat_curve(0.04), rule="4%")
    >>> step = BridgeStep(BridgeCause.SPREAD, "100 bp of credit spread", flat_curve(0.05))
    >>> bridge = basis_bridge(owed, treasury, "corporate", [step])
    >>> [round(change.change, 2) for change in bridge.changes], round(bridge.end_value, 2)
    ([-61.65], 613.91)
    """
    if not steps:
        what = f"no step leads from {start.name} to {end_name}"
        raise bad_input(where="bridge of bases", what=what, remedy="give at least one step")
    values = [present_value(payments, curve) for curve in (start.curve, *(s.curve for s in steps))]
    changes = tuple(
        BridgeChange(step.cause, step.words, after - before, after)
        for step, before, after in zip(steps, values[:-1], values[1:], strict=True)
    )
    return BasisBridge(
        start_name=start.name,
        end_name=end_name,
        start_value=values[0],
        end_value=values[-1],
        changes=changes,
    )


def bridge_between(payments: Payments, start: Basis, end: Basis) -> BasisBridge:
    """The bridge between two bases, in the order in which law builds them.

    Corridor and averaging of the first are taken out, the market rates change, averaging and
    corridor of the second come in; stages that both share are left alone.  Between a basis with a
    credit spread and a market curve without one the change of rates is called spread.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> from defease.curves import flat_curve
    >>> from defease.valuation.legal.bases import ppa_430_basis, treasury_basis
    >>> from defease.valuation.legal.segment_rates import given_segment_rates, within_corridor
    >>> owed = Payments.from_times(dt.date(2025, 12, 31), [10.0], [1000.0])
    >>> held = within_corridor(given_segment_rates([0.045, 0.05, 0.068]), plan_year=2026,
    ...     averages_25_year=[0.05, 0.056, 0.062])
    >>> bridge = bridge_between(owed, treasury_basis(flat_curve(0.04)), ppa_430_basis(held))
    >>> [(change.cause.value, round(change.change, 2)) for change in bridge.changes]
    [('rates', -61.65), ('corridor', -18.4)]
    """
    before, after = _stages(start), _stages(end)
    shared = _shared(before, after)
    steps = [_without(start, before, k) for k in range(len(before) - 1, max(shared, 1) - 1, -1)]
    if not shared:
        cause = _cause_of_level(start, end)
        steps.append(BridgeStep(cause, f"{start.name} to {end.name}", after[0].curve))
    steps += [BridgeStep(s.cause, s.words, s.curve) for s in after[max(shared, 1) :]]
    return basis_bridge(payments, start, end.name, steps or [_nothing(start, end)])


def bridges(payments: Payments, bases: Sequence[Basis]) -> tuple[BasisBridge, ...]:
    """From each basis to the next in the order given."""
    return tuple(bridge_between(payments, first, second) for first, second in pairwise(bases))


@dataclass(frozen=True, eq=False)
class _Stage:
    """A basis before, or after, averaging and corridor."""

    cause: BridgeCause
    words: str
    curve: DiscountCurve
    step: SegmentStep | None


def _stages(basis: Basis) -> list[_Stage]:
    """The market rates of a basis first, then what law does to them."""
    segments = basis.segments if isinstance(basis, NamedBasis) else None
    if segments is None:
        return [_Stage(BridgeCause.RATES, basis.rule, basis.curve, None)]
    return [
        _Stage(
            CAUSE_OF_STAGE.get(step.stage, BridgeCause.RATES),
            step.words,
            segment_curve(step.rates, boundaries=segments.boundaries),
            step,
        )
        for step in segments.steps
    ]


def _shared(before: Sequence[_Stage], after: Sequence[_Stage]) -> int:
    """How many stages, from the market rates on, are the same in both bases."""
    count = 0
    for one, other in zip(before, after, strict=False):
        if one.step is None or other.step is None:
            break
        if (one.step.stage, one.step.rates) != (other.step.stage, other.step.rates):
            break
        count += 1
    return count


def _without(basis: Basis, stages: Sequence[_Stage], k: int) -> BridgeStep:
    cause = stages[k].cause
    return BridgeStep(cause, f"{basis.name} without {cause}", stages[k - 1].curve)


def _nothing(start: Basis, end: Basis) -> BridgeStep:
    return BridgeStep(BridgeCause.RATES, f"{start.name} and {end.name} are the same", end.curve)


def _cause_of_level(start: Basis, end: Basis) -> BridgeCause:
    """Spread between two market curves of which one carries credit risk; else rates."""
    assumed = isinstance(start.curve, FlatCurve) or isinstance(end.curve, FlatCurve)
    is_spread = start.is_credit != end.is_credit and not assumed
    return BridgeCause.SPREAD if is_spread else BridgeCause.RATES
