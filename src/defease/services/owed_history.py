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

if TYPE_CHECKING:
    import datetime as dt

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


def first_projection_only(owed: OwedHistory, what: str) -> tuple[Caution, ...]:
    """What has to be said where a part of the answer rests on the first projection alone."""
    if not owed.later:
        return ()
    days = ", ".join(str(day) for day, _ in owed.later)
    message = (
        f"{what} rests on the payments in force on {owed.start}; those from {days} are not in it"
    )
    return (Caution("first_projection_only", message),)


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
