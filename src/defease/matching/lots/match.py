"""Matching in pieces a desk can trade: whole lots, smallest pieces, few names, priced tickets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, IntArray, read_only
from defease.bonds.terms import FACE
from defease.errors import Caution, InfeasibleError, Problem, SolverError, bad_input
from defease.matching.diagnosis import why_no_solution
from defease.matching.lots.clock import Clock
from defease.matching.lots.pool import Pieces, largest_levels
from defease.matching.lots.search import Search, Stage, StageKind
from defease.matching.lots.verification import Verification, verify
from defease.matching.result import BASIS_POINTS
from defease.matching.solve import result_of
from defease.matching.words import money
from defease.solvers import (
    LinearSolution,
    NoSolution,
    Session,
    SolverStatus,
    TimeLimitError,
    solve_linear_program,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from defease.matching.lots.dive import Candidate
    from defease.matching.lots.rules import PieceRules
    from defease.matching.problem import MatchingProgram
    from defease.matching.question import MatchingQuestion
    from defease.matching.result import MatchResult

PLACE = "matching in lots"
NO_LOTS = -1
RESERVED = 0.05
"""Share of the time kept for the last solve and the exact check."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LotMatch:
    """A portfolio in pieces, its cost against the linear bound, and how it was found.

    Attributes
    ----------
    match
        The portfolio with ladder and prices; its duals are those of the linear programme at the
        pieces found, and its cost is without tickets.
    rules
        The rules that the pieces keep.
    lots
        Whole lots of each eligible bond; -1 where a present holding of another size is kept or any
        size is allowed.
    tickets
        Fixed costs of the bonds held, or traded where current holdings are given.
    bound
        What no portfolio of all eligible bonds can cost less than, within the limits: the linear
        optimum, or more where whole numbers of all bonds have been searched.
    linear_cost
        The linear optimum: the cost without rules for pieces.
    status
        optimal: proven within `relative_gap` of the bound; feasible_gap: the search ended by itself
        with the gap stated; time_limit: the time ended it.
    relative_gap
        The gap that was good enough to stop.
    found_by, stages
        The stage that found the answer, and what each stage had found by when.
    seconds, time_limit
        Time taken in all, and allowed.
    verification
        The exact check that was passed.
    """

    match: MatchResult
    rules: PieceRules
    lots: IntArray
    tickets: float
    bound: float
    linear_cost: float
    status: SolverStatus
    relative_gap: float
    found_by: StageKind
    stages: tuple[Stage, ...]
    seconds: float
    time_limit: float
    verification: Verification

    @property
    def cost(self) -> float:
        """Bonds, cash and tickets."""
        return self.match.cost + self.tickets

    @property
    def gap_bp(self) -> float:
        """How far the cost is above the bound of all bonds, in basis points of it."""
        excess = max(0.0, self.cost - self.bound)
        return BASIS_POINTS * excess / abs(self.bound) if self.bound else 0.0

    @property
    def cost_of_rules(self) -> float:
        """What the rules for pieces cost: the cost less the linear optimum."""
        return self.cost - self.linear_cost

    @property
    def names(self) -> int:
        """How many bonds are held."""
        return int(np.count_nonzero(self.match.levels))

    @property
    def restricted_bound(self) -> float | None:
        """What no choice among the bonds of the last whole-number stage can cost less than.

        Not a bound for all bonds: others, left out as unpromising, might be cheaper.
        """
        proven = [stage.proven for stage in self.stages if stage.proven is not None]
        return proven[-1] + self.match.due_at_settlement if proven else None

    @property
    def summary(self) -> str:
        """The finding in a sentence."""
        found = {
            SolverStatus.OPTIMAL: "proven optimal within the gap asked for",
            SolverStatus.FEASIBLE_GAP: "the best found; the search ended by itself",
            SolverStatus.TIME_LIMIT: "the best found in the time allowed",
        }[self.status]
        return (
            f"{self.names} bonds in pieces cost {money(self.cost)}, {self.gap_bp:.3g} bp above "
            f"the bound {money(self.bound)} ({found}; found by {self.found_by}, "
            f"{self.seconds:.1f} of {self.time_limit:g} s; search stops at a relative gap of "
            f"{self.relative_gap:.0e})"
        )


def match_in_lots(
    question: MatchingQuestion,
    rules: PieceRules,
    *,
    time_limit: float = 10.0,
    relative_gap: float = 1e-5,
    progress: Callable[[float], None] | None = None,
) -> LotMatch:
    """The cheapest portfolio found that a desk could trade: whole lots, smallest pieces, few names.

    The linear optimum gives the bound; a dive rounds it piece by piece; whole-number programmes
    then improve on the dive until the time is out.  The pieces found are solved once more as a
    certified linear programme of the cash around them, and checked again in exact arithmetic.

    Parameters
    ----------
    question
        Payments, bonds, conventions and limits.
    rules
        Lots, smallest piece, names, cost of a ticket.
    time_limit
        Seconds for the search.
    relative_gap
        How near the bound is near enough to stop; 1e-5 is a tenth of a basis point.
    progress
        Called with the share of the time spent after each stage.

    Raises
    ------
    InputError
        Rules or a time limit that make no sense.
    InfeasibleError
        Payments that no portfolio covers, or pieces that no limit lets in.
    TimeLimitError
        Nothing was found in time.
    SolverError
        No certified answer was found, or it failed its exact check.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching import matching_question
    >>> from defease.matching.lots import PieceRules, match_in_lots
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> zeros = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("one", "two"), ratings=("UST", "UST"),
    ...     coupons=np.zeros(2), clean_prices=np.array([96.0, 92.0]), maturities=days)
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [1030.0, 500.0])
    >>> found = match_in_lots(matching_question(liability, zeros), PieceRules(lot=100))
    >>> found.lots, round(found.cost, 6), round(found.match.initial_cash, 6), found.status.value
    (array([10,  5]), 1450.0, 30.0, 'optimal')
    """
    if not time_limit > 0.0:
        what = f"must be above 0 seconds, got {time_limit:g}"
        raise bad_input(where="time_limit", what=what, remedy="give seconds, as 10")
    clock = Clock(time_limit)
    matching = question.program()
    relaxed = _relaxed(question, matching, clock)
    pieces = pieces_of(question, matching, rules)
    # A share of the time is kept for the last solve and the exact check.
    shorter = replace(clock, allowed=(1.0 - RESERVED) * time_limit)
    search = Search(question, matching, relaxed, pieces=pieces, clock=shorter)
    status = search.run(relative_gap=relative_gap, progress=progress)
    if search.best is None:
        raise _nothing_found(search, status, rules, matching)
    solution, lots = _with_pieces(matching, pieces, search.best)
    verification = verify(question, matching, solution, rules=rules, lots=lots)
    match = _described(question, matching, solution, relaxed, status)
    at_settlement = question.due.at_settlement
    return LotMatch(
        match=replace(match, cautions=(*match.cautions, *rules.cautions)),
        rules=rules,
        lots=lots,
        tickets=pieces.tickets(match.levels),
        bound=search.bound + at_settlement,
        linear_cost=relaxed.objective + at_settlement,
        status=status,
        relative_gap=relative_gap,
        found_by=search.found_by or StageKind.ROUNDED_UP,
        stages=tuple(search.stages),
        seconds=clock.spent,
        time_limit=time_limit,
        verification=verification,
    )


def pieces_of(question: MatchingQuestion, matching: MatchingProgram, rules: PieceRules) -> Pieces:
    """The rules in units of 100 face; a piece larger than every limit is refused in words."""
    most = largest_levels(matching, np.inf)
    trading, count = question.data.trading, len(question.data.prices)
    if count:
        largest = int(np.argmax(most))
        rules.check_against(question, float(most[largest]) * FACE, _which(question, largest))
    return Pieces(
        unit=(rules.lot or 0.0) / FACE,
        least=rules.smallest_piece / FACE,
        names=min(count, rules.maximum_names or count),
        ticket=rules.ticket_cost,
        most=most,
        held=np.zeros(count) if trading is None else trading.held,
        trades=trading is not None,
    )


def _which(question: MatchingQuestion, bond: int) -> str:
    return f"bond {question.bonds.identifiers[bond]}"


def _relaxed(question: MatchingQuestion, matching: MatchingProgram, clock: Clock) -> LinearSolution:
    """The linear optimum: the bound, and the prices that guide the search."""
    try:
        solution = solve_linear_program(matching.program, time_limit=clock.left)
    except TimeLimitError as error:
        raise _none_yet(clock.allowed, "not even the linear problem was solved") from error
    if isinstance(solution, NoSolution):
        raise why_no_solution(question, matching, solution)
    return solution


def _none_yet(time_limit: float, why: str) -> TimeLimitError:
    what = f"no portfolio in pieces yet after {time_limit:.3g} s: {why}"
    return TimeLimitError(Problem(PLACE, what, "allow more time, or loosen the rules for pieces"))


def _nothing_found(
    search: Search, status: SolverStatus, rules: PieceRules, matching: MatchingProgram
) -> InfeasibleError | TimeLimitError:
    """Why there is no answer: proven impossible, or not found in time."""
    if status is not SolverStatus.INFEASIBLE:
        why = "plain rounding breaks a rule or a limit, and the search had not ended"
        return _none_yet(search.seconds, why)
    named = {
        "lots": rules.lot,
        "a smallest piece": rules.smallest_piece or None,
        "a number of names": rules.maximum_names,
    }
    asked = ", ".join(f"{name} of {size:,g}" for name, size in named.items() if size)
    what = f"no portfolio within the limits has {asked}; without them the cost is "
    most = float(largest_levels(matching, search.bound).max(initial=0.0)) * FACE
    what += f"{money(search.bound)}, at which the most of any bond is {money(most)}"
    remedy = "make lots and pieces smaller, allow more names, or loosen the limits"
    return InfeasibleError(Problem(PLACE, what, remedy))


def _with_pieces(
    matching: MatchingProgram, pieces: Pieces, best: Candidate
) -> tuple[LinearSolution, IntArray]:
    """The certified optimum of everything else with the pieces fixed, and the pieces in lots.

    Where any size is allowed, only which bonds are held is fixed.
    """
    levels, count = best.levels, len(matching.bonds)
    lower, upper = levels.copy(), levels.copy()
    if not pieces.unit:
        sized = (levels > 0.0) & ~pieces.as_kept(levels)
        lower[sized] = np.minimum(pieces.least, levels[sized])
        upper[sized] = matching.program.column_upper[:count][sized]
    session = Session(matching.program)
    session.bound_columns(np.arange(count), lower, upper)
    solution = session.solve()
    if isinstance(solution, NoSolution):
        what = "the pieces found have no certified cash around them"
        raise SolverError(Problem(PLACE, what, "report this, with the data"))
    return solution, _in_whole_lots(pieces, levels)


def _in_whole_lots(pieces: Pieces, levels: FloatArray) -> IntArray:
    if not pieces.unit:
        return read_only(np.full(len(levels), NO_LOTS, dtype=np.int64))
    lots = np.round(levels / pieces.unit)
    odd = pieces.as_kept(levels) & (lots * pieces.unit != levels)
    return read_only(np.where(odd, NO_LOTS, lots).astype(np.int64))


def _described(
    question: MatchingQuestion,
    matching: MatchingProgram,
    solution: LinearSolution,
    relaxed: LinearSolution,
    status: SolverStatus,
) -> MatchResult:
    """The portfolio with its ladder; its prices are those of the programme at fixed pieces."""
    match = result_of(question, matching, solution, bound=relaxed.objective)
    words = (
        "discount factors, reduced costs and prices of limits are those of the linear programme "
        "with the pieces held fixed: they say nothing about other pieces"
    )
    cautions = (*match.cautions, Caution("duals_at_fixed_pieces", words))
    return replace(match, status=status, cautions=cautions)
