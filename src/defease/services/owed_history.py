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
    stream = flows.net if inputs.amounts is Amounts.NET else flows.gross
    end = to_date(history.dates[-1])
    return OwedHistory(
        inputs=inputs,
        payments=Payments.from_dates(flows.valuation_date, stream.dates, stream.amounts),
        curves=history,
        annual_expenses=_expenses(inputs, end),
        cautions=(*inputs.cautions, *_later_projections(inputs), *_linked(flows)),
    )


def _expenses(inputs: IndexInputs, end: dt.date) -> float | None:
    flows = inputs.projections[-1].flows
    first, last = np.datetime64(end, "D"), np.datetime64(add_months(end, 12), "D")
    chosen = (flows.kinds == FlowKind.EXPENSES) & (flows.dates > first) & (flows.dates <= last)
    found = float(flows.amounts[chosen].sum())
    return found if found > 0 else None


def _later_projections(inputs: IndexInputs) -> tuple[Caution, ...]:
    later = [each.effective for each in inputs.projections[1:]]
    if not later:
        return ()
    message = (
        f"the payments are those in force on {inputs.start}; later projections "
        f"({', '.join(day.isoformat() for day in later)}) are left out: a jump in what is owed is "
        "no one's way of holding assets"
    )
    return (Caution("first_projection_only", message),)


def _linked(flows: CashFlows) -> tuple[Caution, ...]:
    if not flows.index_names:
        return ()
    message = (
        f"payments linked to {', '.join(flows.index_names)} stay as projected here; what inflation "
        "made of them is a line of `defease index`"
    )
    return (Caution("inflation_left_out", message),)
