"""Buy-out, match or run off: three amounts for the same payments, and what each leaves open."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from defease.curves import flat_curve
from defease.dates import to_date
from defease.errors import bad_input
from defease.matching.words import money, percent
from defease.valuation import present_value

if TYPE_CHECKING:
    import datetime as dt

    from defease.cashflows import Payments
    from defease.valuation import Basis

WHERE = "buy-out comparison"
LOWER_RETURN = 0.01


class Settlement(StrEnum):
    """Three ways to see a liability paid."""

    BUY_OUT = "buy-out"
    MATCH = "match"
    RUN_OFF = "run-off"


class OpenRisk(StrEnum):
    """What can still go wrong for the plan after the amount is spent."""

    INVESTMENT = "investment return"
    DEFAULT = "default of bonds"
    REINVESTMENT = "reinvestment of carried cash"
    LONGEVITY = "longevity"
    INSURER = "the insurer's own default, above guaranty limits"


STILL_OPEN = {
    Settlement.BUY_OUT: (OpenRisk.INSURER,),
    Settlement.MATCH: (OpenRisk.DEFAULT, OpenRisk.REINVESTMENT, OpenRisk.LONGEVITY),
    Settlement.RUN_OFF: (OpenRisk.INVESTMENT, OpenRisk.LONGEVITY),
}


@dataclass(frozen=True, slots=True)
class AnnuityPrice:
    """What an insurer asks to take over the payments, and how that number was made."""

    amount: float
    rule: str

    def __post_init__(self) -> None:
        if not 0.0 < self.amount < math.inf:
            raise bad_input(WHERE, f"an annuity price of {self.amount:g}", "give one above 0")

    @classmethod
    def quoted(cls, amount: float) -> AnnuityPrice:
        """A price as quoted."""
        return cls(amount, f"quoted price of {money(amount)}")

    @classmethod
    def loaded(cls, payments: Payments, basis: Basis, *, load: float) -> AnnuityPrice:
        """A price estimated as ``(1 + load) PV`` on a basis (0.05 is 5% above the value).

        Examples
        --------
        >>> import datetime as dt
        >>> from defease.cashflows import Payments
        >>> from defease.valuation import Basis
        >>> due = Payments.from_times(dt.date(2025, 12, 31), [1.0], [104.0])
        >>> basis = Basis(name="aa", curve=flat_curve(0.04), rule="4% a year")
        >>> price = AnnuityPrice.loaded(due, basis, load=0.05)
        >>> round(price.amount, 9), price.rule
        (105.0, "present value on 'aa' plus a load of 5%")
        """
        if not -1.0 < load < math.inf:
            raise bad_input(WHERE, f"a load of {load:g}", "give a decimal, as 0.05")
        value = present_value(payments, basis.curve)
        words = f"present value on '{basis.name}' plus a load of {percent(load)}"
        return cls((1.0 + load) * value, words)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementOption:
    """One way, what it takes today, and what it leaves open."""

    way: Settlement
    amount: float
    rule: str
    open_risks: tuple[OpenRisk, ...]

    @property
    def sentence(self) -> str:
        """The option in words."""
        left = ", ".join(self.open_risks)
        return f"{self.way}: {money(self.amount)} ({self.rule}); still open: {left}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOffOutlook:
    """What a run-off rests on: given assets at the assumed return, and a lower return.

    Attributes
    ----------
    assumed_return
        Earned every year, annual effective.
    amount_at_lower_return
        What is needed if the return is one percentage point lower.
    assets
        Given assets; None when none were given.
    first_unpaid
        The first payment day that the given assets do not reach; None when they pay everything, or
        none were given.
    left_at_end
        What remains of the given assets after the last payment, negative for what is missing then.
    """

    assumed_return: float
    amount_at_lower_return: float
    assets: float | None
    first_unpaid: dt.date | None
    left_at_end: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class BuyoutComparison:
    """Three amounts for the same payments; they buy different certainty and do not rank by price.

    `options` in the order buy-out, match, run-off.
    """

    future_value: float
    options: tuple[SettlementOption, SettlementOption, SettlementOption]
    run_off: RunOffOutlook
    sentence: str

    def option(self, way: Settlement) -> SettlementOption:
        """The option of one way."""
        return next(option for option in self.options if option.way is way)


def compare_buyout(
    payments: Payments,
    *,
    annuity: AnnuityPrice,
    match_cost: float,
    assumed_return: float,
    assets: float | None = None,
) -> BuyoutComparison:
    """Buy-out, match and run-off side by side, each with the risks that stay with the plan.

    Run-off takes the present value at the assumed return: if the return is earned every year, the
    last payment leaves nothing.

    Parameters
    ----------
    payments
        Net payments, outgo positive.
    annuity
        The insurer's price, quoted or estimated.
    match_cost
        Cost of the portfolio that matches the same payments.
    assumed_return
        Annual effective return of run-off assets.
    assets
        What the plan owns: shows until when run-off pays at the assumed return.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.cashflows import Payments
    >>> due = Payments.from_times(dt.date(2025, 12, 31), [1.0, 2.0], [107.0, 114.49])
    >>> found = compare_buyout(due, annuity=AnnuityPrice.quoted(215.0), match_cost=210.0,
    ...                        assumed_return=0.07, assets=150.0)
    >>> [round(option.amount, 6) for option in found.options]
    [215.0, 210.0, 200.0]
    >>> found.run_off.first_unpaid.year, round(found.run_off.left_at_end, 6)
    (2027, -57.245)
    """
    _check(payments, match_cost, assets)
    needed = present_value(payments, flat_curve(assumed_return))
    rule = f"present value at an assumed return of {percent(assumed_return)}"
    amounts = (annuity.amount, match_cost, needed)
    rules = (annuity.rule, "cost of the matching portfolio", rule)
    options = tuple(
        SettlementOption(way=way, amount=amount, rule=words, open_risks=STILL_OPEN[way])
        for way, amount, words in zip(Settlement, amounts, rules, strict=True)
    )
    outlook = _outlook(payments, assumed_return, assets)
    return BuyoutComparison(
        future_value=payments.total,
        options=(options[0], options[1], options[2]),
        run_off=outlook,
        sentence=_sentence(amounts, outlook),
    )


def _check(payments: Payments, match_cost: float, assets: float | None) -> None:
    if not len(payments):
        raise bad_input(WHERE, "there is no payment", "give the payments to be settled")
    for name, amount in (("a matching cost", match_cost), ("assets", assets)):
        if amount is not None and not 0.0 <= amount < math.inf:
            raise bad_input(WHERE, f"{name} of {amount:g}", "give an amount of 0 or more")


def _outlook(payments: Payments, assumed_return: float, assets: float | None) -> RunOffOutlook:
    lower = present_value(payments, flat_curve(assumed_return - LOWER_RETURN))
    first_unpaid, left = None, None
    if assets is not None:
        # Assets at a date are what was owned, less the value today of payments so far, grown.
        paid = np.cumsum(payments.amounts * (1.0 + assumed_return) ** -payments.times)
        short = np.flatnonzero(assets - paid < -1e-9 * max(abs(assets), 1.0))
        first_unpaid = to_date(payments.dates[short[0]]) if len(short) else None
        left = float((assets - paid[-1]) * (1.0 + assumed_return) ** payments.last_time)
    return RunOffOutlook(
        assumed_return=assumed_return,
        amount_at_lower_return=lower,
        assets=assets,
        first_unpaid=first_unpaid,
        left_at_end=left,
    )


def _sentence(amounts: tuple[float, float, float], outlook: RunOffOutlook) -> str:
    bought, matched, run_off = (money(amount) for amount in amounts)
    rate = percent(outlook.assumed_return)
    risk = (
        f"running off needs {run_off} only if {rate} is earned every year "
        f"({money(outlook.amount_at_lower_return)} at one point less)"
    )
    last = ""
    if outlook.assets is not None:
        until = outlook.first_unpaid
        ends = f"do not reach the payment of {until}" if until else "pay everything"
        last = f"; assets of {money(outlook.assets)} at that return {ends}"
    return (
        f"a buy-out at {bought} also moves longevity to the insurer; a match at {matched} leaves "
        f"longevity and default; {risk}{last}"
    )
