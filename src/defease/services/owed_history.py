"""What a plan owed, payment by payment, on the month-end curves of its [index]."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from defease.cashflows import FlowKind, Payments
from defease.dates import add_months, to_date
from defease.errors import Caution
from defease.inputs.index_files import read_index_inputs
from defease.liability_index import Amounts
from defease.performance.in_force import AmountsInForce, amounts_in_force

if TYPE_CHECKING:
    import datetime as dt

    from defease.arrays import DateArray, FloatArray
    from defease.cashflows import CashFlows
    from defease.curves import CurveHistory
    from defease.inputs.index_files import IndexInputs
    from defease.services.plans import Question


@dataclass(frozen=True, eq=False)
class OwedHistory:
    """The payments of the projection in force at the start, and curves from there on.

    Attributes
    ----------
    payments
        One amount a day, net or gross as [index] says, plan currency.
    curves
        Month ends from `inputs.start` to the last one asked for.
    annual_expenses
        Expenses of the twelve months after the last curve; None where the plan has none.
    """

    inputs: IndexInputs
    payments: Payments
    curves: CurveHistory
    annual_expenses: float | None
    cautions: tuple[Caution, ...]

    @property
    def later(self) -> tuple[tuple[np.datetime64, Payments], ...]:
        """Later projections and the first month end of the curves on which each is in force.

        One that is replaced before a month end, or takes effect on or after the last, is left out.
        """
        found: dict[np.datetime64, Payments] = {}
        dates = self.curves.dates
        for each in self.inputs.projections[1:]:
            place = int(np.searchsorted(dates, np.datetime64(each.effective, "D")))
            if 0 < place < len(dates) - 1:
                found[dates[place]] = _owed(each.flows, self.inputs.amounts)
        return tuple(found.items())

    def in_force(self, dates: DateArray) -> tuple[DateArray, AmountsInForce]:
        """All payment days after the first of the dates, and the amounts owed from date to date.

        The dates are a stretch of the curves'; a projection that takes effect on the last of them
        or after is left out.
        """
        first, last = dates[0], dates[-1]
        opening, *later = [
            (day, each.where(each.dates > first))
            for day, each in _of_stretch(((first, self.payments), *self.later), first, last)
        ]
        days = opening[1].dates
        for _, each in later:
            days = np.union1d(days, each.dates)
        replaced = [(int(np.searchsorted(dates, day)), _on_days(days, each)) for day, each in later]
        return days, amounts_in_force(_on_days(days, opening[1]), replaced)

    @property
    def start(self) -> dt.date:
        """The first month end."""
        return self.inputs.start

    @property
    def end(self) -> dt.date:
        """The last month end."""
        return to_date(self.curves.dates[-1])


def owed_history(question: Question, *, curves: str | Path | None = None) -> OwedHistory:
    """Payments and curves of a plan; one without curves is refused with the key to add."""
    inputs = read_index_inputs(question.plan, curves=None if curves is None else Path(curves))
    history = inputs.curves.between(inputs.start, to_date(inputs.curves.dates[-1]))
    flows = inputs.projections[0].flows
    end = to_date(history.dates[-1])
    return OwedHistory(
        inputs=inputs,
        payments=_owed(flows, inputs.amounts),
        curves=history,
        annual_expenses=_expenses(inputs, end),
        cautions=(*inputs.cautions, *_linked(flows)),
    )


def _expenses(inputs: IndexInputs, end: dt.date) -> float | None:
    flows = inputs.projections[-1].flows
    first, last = np.datetime64(end, "D"), np.datetime64(add_months(end, 12), "D")
    chosen = (flows.kinds == FlowKind.EXPENSES) & (flows.dates > first) & (flows.dates <= last)
    found = float(flows.amounts[chosen].sum())
    return found if found > 0 else None


Effective = tuple[np.datetime64, Payments]


def _of_stretch(
    given: tuple[Effective, ...], first: np.datetime64, last: np.datetime64
) -> list[Effective]:
    """What is in force on the first day, and what takes over before the last."""
    opening = [each for each in given if each[0] <= first][-1]
    return [opening, *(each for each in given if first < each[0] < last)]


def _on_days(days: DateArray, payments: Payments) -> FloatArray:
    amounts = np.zeros(len(days))
    amounts[np.searchsorted(days, payments.dates)] = payments.amounts
    return amounts


def _owed(flows: CashFlows, amounts: Amounts) -> Payments:
    stream = flows.net if amounts is Amounts.NET else flows.gross
    return Payments.from_dates(flows.valuation_date, stream.dates, stream.amounts)


def _linked(flows: CashFlows) -> tuple[Caution, ...]:
    if not flows.index_names:
        return ()
    message = (
        f"payments linked to {', '.join(flows.index_names)} stay as projected here; what inflation "
        "made of them is a line of `defease index`"
    )
    return (Caution("inflation_left_out", message),)
