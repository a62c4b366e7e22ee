"""[matching]: every convention of cash-flow matching under its own name."""

from __future__ import annotations

from collections.abc import Iterator
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
from defease.inputs.schema.matching_limits import LimitsSection

NONE = Literal["none"]
Finding = tuple[str, str]
SLICES = ("years", "budget", "percent")
OF_PRIORITIES = ("weights", "protect", "funded_shares")


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
        for what, remedy in _disagreements(self):
            wrong(what, remedy)
        return self


def _disagreements(given: MatchingSection) -> Iterator[Finding]:
    """Keys that need each other or cannot both be meant: what is wrong, and the remedy."""
    yield from _slices(given)
    yield from _priorities(given)
    yield from _objectives(given)
    yield from _borrowing(given)
    yield from _missing_partners(given)


def _slices(given: MatchingSection) -> Iterator[Finding]:
    stated = [key for key in SLICES if getattr(given, key) is not None]
    if given.objective in {"terminal_surplus", "yield"} and "budget" in stated:
        stated.remove("budget")  # there it is the money to be invested, not a slice
    if len(stated) > 1:
        yield f"gives {' and '.join(stated)}, which are different slices", "keep one of them"
    yield from _vertical(given)
    if given.slice in {"chronological", "priorities"} and given.percent is not None:
        yield f"percent is a vertical slice, not {given.slice}", "drop percent or slice"


def _vertical(given: MatchingSection) -> Iterator[Finding]:
    if given.slice != "vertical":
        return
    if given.years is not None:
        yield "years is a chronological slice, not a vertical one", "drop years or slice"
    if given.percent is None and given.budget is None:
        yield 'slice = "vertical" needs percent or budget', "give one of them"


def _priorities(given: MatchingSection) -> Iterator[Finding]:
    if given.slice == "priorities":
        if given.budget is None:
            yield 'slice = "priorities" needs a budget', "give the amount to be spent"
        if given.years is not None:
            yield "years is a chronological slice, not one by priorities", "drop years or slice"
        return
    for key in OF_PRIORITIES:
        if key in given.model_fields_set:
            yield f'{key} belongs to slice = "priorities"', f"set the slice, or drop {key}"


def _objectives(given: MatchingSection) -> Iterator[Finding]:
    if given.objective == "terminal_surplus" and given.budget is None:
        yield 'objective = "terminal_surplus" needs a budget', "give the amount to be invested"
    if given.terminal_deficit == "allowed" and given.objective != "terminal_surplus":
        remedy = "set the objective, or drop terminal_deficit"
        yield 'terminal_deficit belongs to objective = "terminal_surplus"', remedy
    if given.objective == "turnover" and given.holdings is None:
        yield 'objective = "turnover" needs holdings', "name the file of current holdings"
    if given.limits.turnover is not None and given.holdings is None:
        yield "limits.turnover needs holdings", "name the file of current holdings"


def _borrowing(given: MatchingSection) -> Iterator[Finding]:
    if given.borrowing_rate is not None and given.borrowing_spread is not None:
        yield "gives borrowing_rate and borrowing_spread", "keep one of them"
    if given.window_years is not None and given.borrowing_cap != 0.0:
        what = "window_years lets loans run inside each window, and borrowing_cap limits them"
        yield what, "keep one of them"
    if given.window_years is not None and given.surplus == "lost":
        what = 'window_years carries cash inside a window, and surplus = "lost" carries none'
        yield what, "keep one of them"


def _missing_partners(given: MatchingSection) -> Iterator[Finding]:
    if given.terminal_surplus == "target" and given.terminal_target is None:
        yield 'terminal_surplus = "target" needs terminal_target', "give the amount"
    if given.limits_relative_to == "amount" and given.limits_amount is None:
        yield 'limits_relative_to = "amount" needs limits_amount', "give the amount"
    if given.groups is not None and len(set(given.groups)) < len(given.groups):
        yield "groups names a group twice", "name every group once"
    by_table, named = given.haircut == "table", given.haircut_table is not None
    if by_table > named:
        yield 'haircut = "table" needs haircut_table', "name the file"
    if named > by_table:
        yield 'haircut_table needs haircut = "table"', "set the haircut, or drop the file"
