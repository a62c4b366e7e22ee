"""Many matching questions at a time: one plan after the other, on as many cores as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from defease.errors import DefeaseError
from defease.execution import map_tasks
from defease.matching.result import MatchResult
from defease.matching.solve import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from defease.matching.question import MatchingQuestion

Parts = dict[str, Any]


def match_many(
    questions: Sequence[MatchingQuestion],
    *,
    workers: int | None = None,
    progress: Callable[[int], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[MatchResult | DefeaseError]:
    """The certified least-cost portfolio of each question, or why it has none.

    Every question is answered by itself, as `answer` does, so the results do not depend on the
    number of workers.  Questions with the same bonds travel together: make them with
    `with_shares_paid`, `with_limits` and the like, not each from a universe of its own.

    Parameters
    ----------
    questions
        What is asked, from `matching_question`.
    workers
        Processes at a time; default: one a core.  A script that uses several keeps its own work
        under ``if __name__ == "__main__":``.
    progress, cancelled
        As in `defease.execution.map_tasks`: told how many are done; asked whether to stop.

    Returns
    -------
    list
        One entry a question, in their order: a result, or the deliberate failure (payments that
        cannot be covered, no lower bound, no certified answer) that `answer` would have raised.

    Raises
    ------
    CancelledError
        `cancelled` said yes.

    Examples
    --------
    >>> import datetime as dt, numpy as np
    >>> from defease.bonds.universe import BondUniverse
    >>> from defease.cashflows import Payments
    >>> from defease.matching import matching_question
    >>> days = np.array(["2027-01-31", "2028-01-31"], "datetime64[D]")
    >>> zeros = BondUniverse(
    ...     settlement=dt.date(2026, 1, 31), identifiers=("one", "two"), ratings=("UST", "UST"),
    ...     coupons=np.zeros(2), clean_prices=np.array([96.0, 92.0]), maturities=days)
    >>> liability = Payments.from_dates(dt.date(2026, 1, 31), days, [1000.0, 500.0])
    >>> whole = matching_question(liability, zeros)
    >>> half = whole.with_shares_paid(np.array([0.5, 0.5]))
    >>> [round(found.cost, 6) for found in match_many([whole, half], workers=1)]
    [1420.0, 710.0]
    """
    found = map_tasks(_parts, questions, workers=workers, progress=progress, cancelled=cancelled)
    return [
        parts if isinstance(parts, DefeaseError) else MatchResult(**parts, **_known(question))
        for question, parts in zip(questions, found, strict=True)
    ]


def _parts(question: MatchingQuestion) -> Parts | DefeaseError:
    """What is new in an answer; what the question knows already need not travel back."""
    try:
        result = answer(question)
    except DefeaseError as error:
        return error
    known = _known(question)
    return {name: part for name, part in vars(result).items() if name not in known}


def _known(question: MatchingQuestion) -> Parts:
    return {
        "bonds": question.bonds,
        "data": question.data,
        "dates": question.due.dates,
        "excluded": question.excluded,
    }
