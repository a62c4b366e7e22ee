"""[matching]: every convention of cash-flow matching under its own name."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from defease.inputs.schema.base import (
    Amount,
    Count,
    FileName,
    Positive,
    Rate,
    Section,
    Share,
    Text,
    whole_between,
    wrong,
)
from defease.inputs.schema.matching_checks import disagreements
from defease.inputs.schema.matching_limits import LimitsSection

NONE = Literal["none"]


class LoanSection(Section):
    """One general loan that matching may take."""

    rate: Rate
    tenor: Count
    cap: Amount


class MatchingSection(Section):
    """[matching]: universe, slice and conventions.

    Liability scenarios are not a key yet: a two-stage question will have a section of its own.
    """

    universe: FileName | None = None
    holdings: FileName | None = None
    amounts: Literal["net", "gross"] = "net"
    groups: list[Text] | None = None
    netting: Literal["in_order", "pro_rata"] = "in_order"
    surplus: Literal["carried", "lost"] = "carried"
    reinvestment_rate: Rate | list[Rate] = 0.0
    initial_cash: Literal["allowed", "none"] = "allowed"
    terminal_surplus: Literal["free", "credited", "target"] = "free"
    terminal_target: Amount | None = None
    terminal_curve: Text | None = None
    borrowing_cap: Amount | list[Amount] = 0.0
    borrowing_spread: Rate | None = None
    borrowing_rate: Rate | None = None
    initial_borrowing: Literal["none", "allowed"] = "none"
    loans: NONE | list[LoanSection] = "none"
    cash_cap_months: NONE | Annotated[int, AfterValidator(whole_between(1, 1200))] = 12
    limits_relative_to: Literal["cost", "amount"] = "cost"
    limits_amount: Positive | None = None
    haircut: Literal["none", "expected_loss", "table"] = "none"
    haircut_table: FileName | None = None
    objective: Literal["cost", "terminal_surplus", "yield", "turnover"] = "cost"
    terminal_deficit: Literal["none", "allowed"] = "none"
    window_years: Count | None = None
    gamma: Amount | list[Amount] = 0.0
    transaction_cost_bp: Amount = 0.0
    ticket_cost: Amount = 0.0
    credit_events: list[Text] | dict[Text, Share] | None = None
    time_limit: Positive | None = None
    payment_lag_days: Annotated[int, AfterValidator(whole_between(0, 366))] = 0
    slice: Literal["chronological", "vertical", "priorities"] | None = None
    years: Positive | None = None
    budget: Positive | None = None
    percent: Share | None = None
    weights: Literal["amount", "equal"] | dict[Text, Amount] = "amount"
    protect: Positive | list[Text] | None = None
    funded_shares: Literal["free", "falling"] = "free"
    savings_basis: Text | None = None
    limits: LimitsSection = LimitsSection()

    @model_validator(mode="after")
    def _agree(self) -> MatchingSection:
        for what, remedy in disagreements(self):
            wrong(what, remedy)
        return self
