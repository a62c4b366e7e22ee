"""The same cash flows on several discount bases, side by side, with the funded status on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.errors import InputError, Problem
from defease.funding.status import FundedStatus
from defease.valuation import (
    DEFAULT_EDGES,
    DEFAULT_SHIFTS_BP,
    Basis,
    DiscountedPayments,
    RiskMeasures,
    Sensitivity,
    TermBucket,
    discount,
    extrapolation_caution,
    measure_discounted,
    parallel_sensitivities,
    share_beyond_curve,
    term_buckets,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.cashflows import CashFlows, Payments
    from defease.errors import Caution


@dataclass(frozen=True, eq=False, kw_only=True)
class BasisValuation:
    """What a plan owes on one basis, how that moves, and how much of it is funded.

    Attributes
    ----------
    gross, net
        Measures of benefits plus expenses, and of these less contributions.
    status
        Funded status; its headline measure is net when contributions are given, else gross.
    buckets, sensitivities
        Of the headline stream.
    share_beyond_curve
        Share of the headline present value that rests on extrapolated rates.
    """

    basis: Basis
    gross: RiskMeasures
    net: RiskMeasures
    status: FundedStatus
    buckets: tuple[TermBucket, ...]
    sensitivities: tuple[Sensitivity, ...]
    share_beyond_curve: float
    cautions: tuple[Caution, ...]

    @property
    def headline(self) -> RiskMeasures:
        """The measures that lead: net when contributions are given, else gross."""
        return self.net if self.status.is_net else self.gross

    @property
    def required_growth_to_keep_surplus(self) -> float | None:
        """Asset return that holds the surplus in money while the liability grows at its yield."""
        growth = self.headline.annual_yield
        return None if growth is None else self.status.required_growth_to_keep_surplus(growth)

    def funded_ratio_after(self, sensitivity: Sensitivity) -> float | None:
        """The funded ratio when the liability alone is revalued and assets stay as they are."""
        meaningful = sensitivity.present_value > self.status.smallest_meaningful_liability
        return self.status.assets / sensitivity.present_value if meaningful else None


def value_on_bases(
    flows: CashFlows,
    bases: Sequence[Basis],
    *,
    assets: float,
    actuarial_value: float | None = None,
    edges: Sequence[float] = DEFAULT_EDGES,
    shifts_bp: Sequence[float] = DEFAULT_SHIFTS_BP,
) -> tuple[BasisValuation, ...]:
    """Value a plan's cash flows on every basis.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import CashFlows, FlowKind
    >>> from defease.curves import flat_curve
    >>> owed = CashFlows.from_times(
    ...     dt.date(2025, 12, 31), times=[20.0], amounts=[100.0], kinds=[FlowKind.BENEFITS])
    >>> bases = [Basis(name="flat", curve=flat_curve(0.04), rule="4% a year")]
    >>> result = value_on_bases(owed, bases, assets=40.0)[0]
    >>> round(result.status.funded_ratio, 6)
    0.876449
    """
    gross = flows.gross
    net = flows.net if flows.has_contributions else gross
    return tuple(
        _value_on(
            basis,
            gross=gross,
            net=net,
            assets=assets,
            actuarial_value=actuarial_value,
            edges=edges,
            shifts_bp=shifts_bp,
        )
        for basis in bases
    )


def _value_on(
    basis: Basis,
    *,
    gross: Payments,
    net: Payments,
    assets: float,
    actuarial_value: float | None,
    edges: Sequence[float],
    shifts_bp: Sequence[float],
) -> BasisValuation:
    is_net = net is not gross
    discounted = _discounted(net, basis)
    net_measures = measure_discounted(discounted)
    gross_measures = measure_discounted(discount(gross, basis.curve)) if is_net else net_measures
    status = FundedStatus(
        assets=assets,
        liability_gross=gross_measures.present_value,
        liability_net=net_measures.present_value,
        is_net=is_net,
        actuarial_value=actuarial_value,
        smallest_meaningful_liability=discounted.smallest_meaningful,
    )
    beyond = extrapolation_caution(net, basis.curve)
    return BasisValuation(
        basis=basis,
        gross=gross_measures,
        net=net_measures,
        status=status,
        buckets=term_buckets(net, basis.curve, edges=edges),
        sensitivities=parallel_sensitivities(net, basis.curve, shifts_bp=shifts_bp),
        share_beyond_curve=share_beyond_curve(net, basis.curve),
        cautions=net_measures.cautions + ((beyond,) if beyond else ()),
    )


def _discounted(payments: Payments, basis: Basis) -> DiscountedPayments:
    """The payments on the basis's curve; a curve that refuses is named by its basis."""
    try:
        return discount(payments, basis.curve)
    except InputError as error:
        named = [
            Problem(f"basis {basis.name}: {p.where}", p.what, p.remedy) for p in error.problems
        ]
        raise InputError(named) from error
