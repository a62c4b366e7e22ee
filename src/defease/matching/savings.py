"""What matching saves, never as one number: time value, spread, saving against a basis, haircut.

The exact identity behind it, for future value FV, value PV_S at risk-free rates, value PV_A on the
savings basis and cost K::

    FV - K = (FV - PV_S) + (PV_S - PV_A) + (PV_A - K)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.errors import ModelError, Problem
from defease.valuation.yields import yield_of_stream

if TYPE_CHECKING:
    from defease.cashflows import Payments

BASIS_POINTS = 1e4


@dataclass(frozen=True, slots=True)
class SavingsAmounts:
    """The four amounts of the identity, in plan currency, and the three steps between them."""

    future_value: float
    pv_risk_free: float
    pv_basis: float
    cost: float

    @property
    def time_value(self) -> float:
        """Money that risk-free interest earns: FV - PV_S."""
        return self.future_value - self.pv_risk_free

    @property
    def spread_in_basis(self) -> float:
        """Spread already in the savings basis: PV_S - PV_A."""
        return self.pv_risk_free - self.pv_basis

    @property
    def saving(self) -> float:
        """Saving against the savings basis: PV_A - K."""
        return self.pv_basis - self.cost


@dataclass(frozen=True, kw_only=True)
class Savings:
    """Savings as shares, beside the amounts they come from.

    Attributes
    ----------
    versus_future_value, versus_future_value_per_year
        ``1 - K/FV``, and divided by the horizon: mostly time value of money.
    versus_basis
        ``1 - K/PV`` against each named valuation.
    time_value
        ``1 - PV_S/FV``.
    after_default_haircut
        ``1 - K_h/PV_A`` with K_h the cost when expected losses are provided for.
    yield_pickup_bp
        Yield at which the payments are worth K less the yield at which they are worth PV_A, in
        basis points; None where either yield is not unique.
    """

    basis: str
    versus_future_value: float
    versus_future_value_per_year: float
    versus_basis: Mapping[str, float]
    time_value: float
    after_default_haircut: float
    yield_pickup_bp: float | None
    amounts: SavingsAmounts


def savings_of(
    matched: Payments,
    *,
    cost: float,
    cost_after_haircut: float,
    present_values: Mapping[str, float],
    basis: str,
    risk_free_basis: str,
) -> Savings:
    """The savings of a matched portfolio, split so that no part hides in another.

    Parameters
    ----------
    matched
        The payments matched, net, with the same dates in every number.
    cost, cost_after_haircut
        Cost of the matching portfolio, uninvested cash included; the same with payments counted
        only as far as they survive expected default.
    present_values
        Value of the payments on each named basis.
    basis, risk_free_basis
        The basis that savings are measured against, and that of risk-free rates.

    Raises
    ------
    ModelError
        When the payments, or their value on a basis, do not add up to more than 0.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> stream = Payments.from_times(dt.date(2025, 12, 31), [1.0, 2.0], [50.0, 50.0])
    >>> values = {"aa": 93.0, "treasury": 95.0}
    >>> found = savings_of(stream, cost=92.0, cost_after_haircut=92.5, present_values=values,
    ...                    basis="aa", risk_free_basis="treasury")
    >>> round(found.versus_future_value, 12), round(found.time_value, 12), found.amounts.time_value
    (0.08, 0.05, 5.0)
    >>> round(found.versus_basis["aa"], 6), found.amounts.saving
    (0.010753, 1.0)
    """
    amounts = SavingsAmounts(
        matched.total, present_values[risk_free_basis], present_values[basis], cost
    )
    versus_future_value = _saved("future value", cost, amounts.future_value)
    return Savings(
        basis=basis,
        versus_future_value=versus_future_value,
        versus_future_value_per_year=versus_future_value / matched.last_time,
        versus_basis={name: _saved(name, cost, value) for name, value in present_values.items()},
        time_value=_saved("future value", amounts.pv_risk_free, amounts.future_value),
        after_default_haircut=_saved(basis, cost_after_haircut, amounts.pv_basis),
        yield_pickup_bp=_yield_pickup(matched, cost, amounts.pv_basis),
        amounts=amounts,
    )


def _saved(name: str, cost: float, value: float) -> float:
    if value <= 0.0:
        what = f"no saving can be stated against '{name}', which is not above 0 ({value:,.0f})"
        remedy = "match payments whose outgo exceeds their inflow"
        raise ModelError(Problem("matching.savings_basis", what, remedy))
    return 1.0 - cost / value


def _yield_pickup(matched: Payments, cost: float, value: float) -> float | None:
    at_cost = yield_of_stream(matched, cost).rate
    at_value = yield_of_stream(matched, value).rate
    if at_cost is None or at_value is None:
        return None
    return (at_cost - at_value) * BASIS_POINTS
