"""Actuarially determined contribution: normal cost and the amortisation of what is unfunded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only
from defease.cashflows import Timing
from defease.errors import Caution, bad_input
from defease.funding.trail import TrailLine, TrailUnit, require_not_negative
from defease.valuation import present_value_of_growing_payments

if TYPE_CHECKING:
    from collections.abc import Sequence

YEARS_EARLY = {Timing.START_OF_YEAR: 1.0, Timing.MID_YEAR: 0.5, Timing.END_OF_YEAR: 0.0}
"""Years of interest a payment of the year has earned by the end of it."""
ROUNDING = 1e-12


class AmortisationPattern(StrEnum):
    """How the payments of a base run."""

    LEVEL_DOLLAR = "level_dollar"
    LEVEL_PERCENT = "level_percent"


class AmortisationPeriod(StrEnum):
    """What happens to the period as years pass.

    - ``closed``: it shortens by one each year and the base is paid off.
    - ``open``: it starts afresh each year on the whole unfunded liability.
    - ``layered``: each year's gain or loss is a closed base of its own.
    """

    CLOSED = "closed"
    OPEN = "open"
    LAYERED = "layered"


@dataclass(frozen=True, kw_only=True)
class AmortisationPolicy:
    """How an unfunded liability is to be paid.

    Attributes
    ----------
    annual_rate
        Interest, annual effective.
    years
        Payments of a new base.
    pattern, pay_growth
        Level in money, or growing with payroll at `pay_growth` a year.
    period
        Closed, open or layered.
    timing
        Start of year (in advance) by default.

    Examples
    --------
    >>> policy = AmortisationPolicy(annual_rate=0.07, years=20)
    >>> round(100e6 / policy.factor(20), 2)
    8821768.76
    """

    annual_rate: float
    years: int
    pattern: AmortisationPattern = AmortisationPattern.LEVEL_DOLLAR
    pay_growth: float = 0.0
    period: AmortisationPeriod = AmortisationPeriod.CLOSED
    timing: Timing = Timing.START_OF_YEAR

    def __post_init__(self) -> None:
        if self.timing not in YEARS_EARLY:
            remedy = "choose start_of_year, mid_year or end_of_year"
            raise bad_input(
                where="amortisation: timing", what=f"is {self.timing.value}", remedy=remedy
            )
        if self.pattern is AmortisationPattern.LEVEL_DOLLAR and self.pay_growth:
            what = f"level dollar payments with pay growth of {self.pay_growth:.2%}"
            remedy = 'choose the pattern "level_percent", or leave out the growth'
            raise bad_input(where="amortisation: pay_growth", what=what, remedy=remedy)
        require_whole_years("amortisation: years", self.years)
        self.factor(self.years)

    def factor(self, years: int) -> float:
        """Present value of the payments of a base whose first payment is 1."""
        return present_value_of_growing_payments(
            1.0, self.annual_rate, self.pay_growth, years, timing=self.timing
        )

    def interest_threshold(self, unfunded: float) -> float:
        """The payment that leaves the unfunded liability where it is.

        ``U i / (1+i)`` for a payment in advance, ``U i`` in arrears.
        """
        growth: float = (1.0 + self.annual_rate) ** YEARS_EARLY[self.timing]
        return unfunded * self.annual_rate / growth

    @property
    def words(self) -> str:
        """The policy in one phrase."""
        grows = f", payments growing {self.pay_growth:.2%} a year" if self.pay_growth else ""
        pattern = self.pattern.value.replace("_", " ")
        return f"{pattern}, {self.period} {self.years} years at {self.annual_rate:.2%}{grows}"


@dataclass(frozen=True)
class AmortisationLayer:
    """A base: what is still unpaid, and over how many payments from now."""

    balance: float
    remaining: int


@dataclass(frozen=True, kw_only=True)
class ActuarialContribution:
    """Normal cost plus amortisation, with what has to be said about it.

    Attributes
    ----------
    unfunded
        Sum of the layers, plan currency.
    payments
        Of each layer, shape as the layers.
    contribution
        Normal cost plus amortisation; with nothing unfunded the normal cost alone.
    interest_threshold
        Amortisation below which the unfunded liability grows.
    """

    normal_cost: float
    unfunded: float
    payments: tuple[float, ...]
    amortisation: float
    contribution: float
    interest_threshold: float
    lines: tuple[TrailLine, ...]
    cautions: tuple[Caution, ...]

    @property
    def has_negative_amortisation(self) -> bool:
        """Whether the unfunded liability rises although the contribution is paid."""
        return _is_below(self.amortisation, self.interest_threshold)


@dataclass(frozen=True, eq=False)
class AmortisationSchedule:
    """Year by year: unfunded liability, payment, interest; shape (years,) each."""

    opening: FloatArray
    payments: FloatArray
    interest: FloatArray
    closing: FloatArray


def actuarial_contribution(
    layers: Sequence[AmortisationLayer],
    policy: AmortisationPolicy,
    *,
    normal_cost: float = 0.0,
    paid: float | None = None,
) -> ActuarialContribution:
    """The contribution an actuary determines for the year.

    ``normal cost + sum of balance / factor(remaining)``; the factor is the present value of level,
    or growing, payments of which the first is 1.  A surplus is not amortised.

    Parameters
    ----------
    layers : sequence of AmortisationLayer
        One for a closed or open period; under a layered one each year's base.
    policy : AmortisationPolicy
        Rate, pattern, period, timing.
    normal_cost : float
        Cost of the year's accruals, plan currency, at the time of the payment.
    paid : float, optional
        What is in fact contributed, to be held against normal cost and interest.

    Examples
    --------
    >>> policy = AmortisationPolicy(annual_rate=0.07, years=30, pay_growth=0.03,
    ...     pattern=AmortisationPattern.LEVEL_PERCENT)
    >>> found = actuarial_contribution([AmortisationLayer(100e6, 30)], policy)
    >>> round(found.amortisation, 2), found.has_negative_amortisation
    (5488345.03, True)
    """
    require_not_negative("actuarially determined contribution", {"normal_cost": normal_cost})
    _check_layers(layers)
    unfunded = float(sum(layer.balance for layer in layers))
    payments = tuple(layer.balance / policy.factor(layer.remaining) for layer in layers)
    amortisation = float(sum(payments)) if unfunded > 0 else 0.0
    threshold = policy.interest_threshold(max(unfunded, 0.0))
    contribution = max(normal_cost + amortisation, 0.0)
    return ActuarialContribution(
        normal_cost=normal_cost,
        unfunded=unfunded,
        payments=payments,
        amortisation=amortisation,
        contribution=contribution,
        interest_threshold=threshold,
        lines=_lines(policy, normal_cost, unfunded, amortisation, contribution),
        cautions=_cautions(amortisation, threshold, normal_cost, paid),
    )


def amortisation_schedule(
    layers: Sequence[AmortisationLayer], policy: AmortisationPolicy, *, years: int
) -> AmortisationSchedule:
    """How the unfunded liability runs when every payment is made and nothing else happens.

    Under an open period each payment is determined anew over the whole period; else each base is
    paid off in its remaining years.

    Examples
    --------
    >>> policy = AmortisationPolicy(annual_rate=0.07, years=20)
    >>> run = amortisation_schedule([AmortisationLayer(100e6, 20)], policy, years=20)
    >>> bool(abs(run.closing[-1]) < 0.01), run.payments.round(2)[[0, -1]]
    (True, array([8821768.76, 8821768.76]))
    """
    require_whole_years("amortisation schedule: years", years)
    _check_layers(layers)
    balances = np.array([layer.balance for layer in layers], dtype=np.float64)
    remaining = np.array([layer.remaining for layer in layers])
    early = (1.0 + policy.annual_rate) ** YEARS_EARLY[policy.timing]
    opening, payments = np.zeros(years), np.zeros(years)
    closing = np.zeros(years)
    for year in range(years):
        paid = _paid(balances, remaining, policy)
        opening[year], payments[year] = balances.sum(), paid.sum()
        balances = balances * (1.0 + policy.annual_rate) - paid * early
        closing[year] = balances.sum()
        remaining = remaining - (policy.period is not AmortisationPeriod.OPEN)
    interest = closing - opening + payments
    return AmortisationSchedule(*map(read_only, (opening, payments, interest, closing)))


def _paid(
    balances: FloatArray,
    remaining: np.ndarray[tuple[int], np.dtype[np.int64]],
    policy: AmortisationPolicy,
) -> FloatArray:
    return np.array(
        [
            balance / policy.factor(int(left)) if left > 0 else 0.0
            for balance, left in zip(balances, remaining, strict=True)
        ]
    )


def require_whole_years(where: str, years: float) -> None:
    """Payments are counted: a whole number, at least one."""
    if years != int(years) or years < 1:
        what = f"is {years:g}"
        raise bad_input(where=where, what=what, remedy="give a whole number of payments above 0")


def _check_layers(layers: Sequence[AmortisationLayer]) -> None:
    for number, layer in enumerate(layers, start=1):
        where = f"amortisation layer {number}"
        require_whole_years(f"{where}: remaining", layer.remaining)
        if not np.isfinite(layer.balance):
            what = f"a balance of {layer.balance:g}"
            raise bad_input(where=where, what=what, remedy="give a finite amount")


def _is_below(amount: float, threshold: float) -> bool:
    return amount < threshold * (1.0 - ROUNDING)


def _cautions(
    amortisation: float, threshold: float, normal_cost: float, paid: float | None
) -> tuple[Caution, ...]:
    found = []
    if _is_below(amortisation, threshold):
        message = (
            f"negative amortisation: the payment of {amortisation:,.0f} is less than the interest "
            f"on the unfunded liability, {threshold:,.0f}, which therefore rises"
        )
        found.append(Caution("negative_amortisation", message))
    if paid is not None and _is_below(paid, normal_cost + threshold):
        message = (
            f"the contribution of {paid:,.0f} is less than normal cost plus interest on the "
            f"unfunded liability, {normal_cost + threshold:,.0f}"
        )
        found.append(Caution("contribution_below_interest", message))
    return tuple(found)


def _lines(
    policy: AmortisationPolicy,
    normal_cost: float,
    unfunded: float,
    amortisation: float,
    contribution: float,
) -> tuple[TrailLine, ...]:
    factor = policy.factor(policy.years)
    return (
        TrailLine("unfunded liability", unfunded, "liability less assets, sum of the layers"),
        TrailLine("amortisation factor", factor, policy.words, unit=TrailUnit.FACTOR),
        TrailLine(
            "amortisation", amortisation, "each layer divided by its factor; none of a surplus"
        ),
        TrailLine("normal cost", normal_cost, "given"),
        TrailLine(
            "actuarially determined contribution", contribution, "normal cost + amortisation"
        ),
    )
