"""Chain and arithmetic: each opening is the last closing, each closing the sum of its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.cashflows import Timing
from defease.funding.audit.findings import Cause
from defease.funding.audit.forms import Alternative, Form, Relation, Term, expected, lagged
from defease.funding.audit.table import CONTRIBUTION_PARTS
from defease.funding.policies import growth_to_year_end

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray
    from defease.funding.audit.working import Working

IN_WORDS = {
    "contributions": "contributions",
    "benefits": "benefits",
    "expenses": "expenses",
    "earnings": "earnings",
}
MOSTLY, NEAR, LEAST_SHARE = 0.6, 3.0, 0.3


def balance_relations(working: Working) -> list[Relation]:
    """The chain and the arithmetic of a table, as far as its columns allow."""
    found = []
    if "opening" in working and "closing" in working:
        ones = np.ones(len(working))
        rows = working.follows & _skipping_first(working)
        form = Form((Term("closing", ones, 1),))
        earlier = Alternative(
            "chain:earlier",
            Cause.BROKEN_CHAIN,
            "broken chain: carries the closing balance of two rows above",
            Form((Term("closing", ones, 2),)),
        )
        above = lagged(working.columns["closing"], 2)

        def others(broken: BoolArray) -> tuple[Alternative, ...]:
            return (earlier,) if np.all(above[broken] != 0) else ()

        found.append(Relation("chain", "opening", form, rows, others))
    printed = has_balances(working) and "earnings" in working and "benefits" in working
    if printed and flows_are_complete(working):
        found.append(arithmetic(working))
    return found


def has_balances(working: Working) -> bool:
    """Whether opening or closing balances are printed."""
    return "opening" in working or "closing" in working


def moved_to_target(working: Working, terms: tuple[Term, ...]) -> tuple[str, tuple[Term, ...]]:
    """The column that a closing balance is read from, and the terms moved to its row.

    Without a closing column the next row's opening stands for it; without an opening column the
    last row's closing does.
    """
    if "closing" in working:
        stand_in = "opening" in working
        return "closing", tuple(
            t if stand_in or t.column != "opening" else Term("closing", t.weights, 1) for t in terms
        )
    return "opening", tuple(Term(t.column, lagged(t.weights, 1), t.lag + 1) for t in terms)


def rows_with_balances(working: Working) -> BoolArray:
    """Rows in which opening and closing balance of one year are both known."""
    if "opening" in working and "closing" in working:
        return np.ones(len(working), dtype=bool)
    return working.follows


def contribution_terms(working: Working, weights: FloatArray) -> tuple[Term, ...]:
    """Contributions as printed, or the sum of their parts where no total is printed."""
    if "contributions" in working:
        return (Term("contributions", weights),)
    return tuple(Term(part, weights) for part in CONTRIBUTION_PARTS if part in working)


def flow_terms(working: Working, weights: FloatArray, *, without: str = "") -> tuple[Term, ...]:
    """Contributions less benefits and expenses, each with the given weights."""
    terms = () if without == "contributions" else contribution_terms(working, weights)
    outgo = [name for name in ("benefits", "expenses") if name in working and name != without]
    return terms + tuple(Term(name, -weights) for name in outgo)


def opening_balances(working: Working) -> FloatArray:
    """Opening balance of each row; the last closing where no opening is printed."""
    if "opening" in working:
        return working.columns["opening"]
    return lagged(working.columns["closing"], 1)


def net_outgo(working: Working) -> FloatArray:
    """Benefits plus expenses less contributions, shape (rows,)."""
    weights = np.ones(len(working))
    return -expected(Form(flow_terms(working, weights)), working.columns, len(working))


def spent_rows(working: Working) -> BoolArray:
    """Rows in which assets end at zero because they do not suffice: nothing follows there."""
    closing = working.columns.get("closing")
    if closing is None:
        closing = lagged(working.columns["opening"], -1)
        closing[-1] = np.inf
    opening = opening_balances(working)
    rate, timing = working.basis.assumed_return, working.basis.policy.timing
    interest = net_outgo(working) * (growth_to_year_end(timing, rate) - 1)
    earnings = working.columns.get("earnings", rate * opening - interest)
    unit = working.units.get("closing", working.units.get("opening"))
    short: BoolArray = opening - net_outgo(working) + earnings < 0
    empty = opening == 0 if "opening" in working else np.zeros(len(working), dtype=bool)
    spent: BoolArray = (np.abs(closing) <= (1.0 if unit is None else unit)) & (short | empty)
    return spent


def flows_are_complete(working: Working) -> bool:
    """Whether every flow between two balances is printed, as far as the table itself shows it.

    A table without a column for expenses may have none: then its own arithmetic closes.
    """
    parts_given = all(part in working for part in CONTRIBUTION_PARTS)
    if "expenses" in working and ("contributions" in working or parts_given):
        return True
    if "earnings" in working:
        return is_common(arithmetic(working), working)
    rate, ones = working.basis.assumed_return, np.ones(len(working))
    for timing in (Timing.START_OF_YEAR, Timing.MID_YEAR, Timing.MONTHLY, Timing.END_OF_YEAR):
        growth = growth_to_year_end(timing, rate)
        terms = (Term("opening", ones * (1 + rate)), *flow_terms(working, ones * growth))
        target, moved = moved_to_target(working, terms)
        line = Relation("roll", target, Form(moved), rows_with_balances(working))
        if is_common(line, working):
            return True
    return False


def is_common(relation: Relation, working: Working) -> bool:
    """Whether nearly all rows follow a line that rests on columns the table may not print."""
    values = working.columns[relation.target] - expected(
        relation.form, working.columns, len(working)
    )
    near = np.abs(values) <= NEAR * working.units[relation.target]
    checked = near[relation.rows]
    # A column that is missing fades out with the members it stands for: the first row shows it.
    enough = np.count_nonzero(checked) > LEAST_SHARE * len(working)
    return bool(enough and np.mean(checked) > MOSTLY and checked[0])


def _skipping_first(working: Working) -> BoolArray:
    return np.arange(len(working)) > 0


def arithmetic(working: Working) -> Relation:
    """Closing = opening + contributions - benefits - expenses + earnings, row by row."""
    ones = np.ones(len(working))
    terms = (
        Term("opening", ones),
        *flow_terms(working, ones),
        Term("earnings", ones),
    )
    target, moved = moved_to_target(working, terms)
    spent = spent_rows(working)
    if target == "opening":
        spent = np.concatenate([[False], spent[:-1]])
    rows = rows_with_balances(working) & ~spent
    return Relation(
        "arithmetic",
        target,
        Form(moved),
        rows,
        lambda _: _left_out_or_doubled(working, moved),
        sums_printed_figures=True,
    )


def _left_out_or_doubled(working: Working, terms: tuple[Term, ...]) -> list[Alternative]:
    found = [
        _taken_times(terms, name, times)
        for name in IN_WORDS
        if name in working or name == "contributions"
        for times in (0.0, 2.0)
    ]
    if "contributions" in working and "contributions_future_members" in working:
        lag = next(t.lag for t in terms if t.column == "contributions")
        form = Form((*terms, Term("contributions_future_members", -np.ones(len(working)), lag)))
        detail = "future members treated otherwise: their column is left out of the sum"
        found.append(Alternative("arithmetic:future", Cause.FUTURE_MEMBERS, detail, form))
    return found


def _taken_times(terms: tuple[Term, ...], name: str, times: float) -> Alternative:
    columns = (name, *CONTRIBUTION_PARTS) if name == "contributions" else (name,)
    form = Form(tuple(_times(t, times) if t.column in columns else t for t in terms))
    if times:
        detail = f"column counted twice: {IN_WORDS[name]} are in the sum twice"
        return Alternative(f"arithmetic:{name}:twice", Cause.COUNTED_TWICE, detail, form)
    detail = f"column left out: {IN_WORDS[name]} are not in the sum"
    return Alternative(f"arithmetic:{name}:none", Cause.LEFT_OUT, detail, form)


def _times(term: Term, factor: float) -> Term:
    return Term(term.column, term.weights * factor, term.lag)
