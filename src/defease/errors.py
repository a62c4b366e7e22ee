"""Every deliberate failure of Defease, in one tree.

::

    DefeaseError
        InputError          the data is wrong (also a ValueError)              exit 2, HTTP 422
        ModelError          valid data, no answer                              exit 1, HTTP 422
            InfeasibleError which date or limit, by how much, what would help
        SolverError         the method failed: status, limit, residual         exit 1, HTTP 500

An error carries one or more `Problem`: where, what, remedy.  A result that is usable but suspicious
carries `Caution` instead: a code for programs and a sentence for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it stands, what it is, and what to do about it.

    Examples
    --------
    >>> str(Problem("plan.toml: matching.years", "must be positive, got -3", "give years above 0"))
    'plan.toml: matching.years: must be positive, got -3; give years above 0'
    """

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Caution:
    """A sentence that travels with a usable result: a default, an exclusion, an extrapolation.

    Examples
    --------
    >>> Caution("extrapolated", "12% of the present value lies beyond the curve's last point").code
    'extrapolated'
    """

    code: str
    message: str


class DefeaseError(Exception):
    """The root of every failure that Defease raises on purpose."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[DefeaseError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)

    def to_dict(self) -> dict[str, object]:
        """The error as the JSON interface shows it (spec 3.4)."""
        listed = [{"where": p.where, "what": p.what, "remedy": p.remedy} for p in self.problems]
        return {"code": self.code, "problems": listed}


class InputError(DefeaseError, ValueError):
    """The data is wrong: file, place, what, remedy; all problems of a file at once."""

    code = "input"
    exit_code = 2
    http_status = 422


class ModelError(DefeaseError):
    """The data is valid but the question has no answer."""

    code = "model"
    http_status = 422


class InfeasibleError(ModelError):
    """No portfolio meets every requirement: which date or limit, by how much, what would help."""

    code = "infeasible"


class SolverError(DefeaseError):
    """The method failed although the problem may have an answer: status, limit, residual."""

    code = "solver"


def bad_input(where: str, what: str, remedy: str) -> InputError:
    """One problem as an `InputError`, ready to be raised."""
    return InputError(Problem(where, what, remedy))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The remedy for a mistyped name: the nearest known one, else all of them.

    Examples
    --------
    >>> did_you_mean("valuaton_date", ["name", "valuation_date"])
    "did you mean 'valuation_date'?"
    """
    names = sorted(known)
    nearest = get_close_matches(name, names, n=1, cutoff=0.6)
    return f"did you mean '{nearest[0]}'?" if nearest else f"known here: {', '.join(names)}"


@dataclass(slots=True)
class ProblemList:
    """Collects the problems of one reading so that all are reported together.

    Examples
    --------
    >>> found = ProblemList()
    >>> found.add("row 3", "benefits are negative (-5)", "enter outgo as positive numbers")
    >>> found.raise_if_any()
    Traceback (most recent call last):
    ...
    defease.errors.InputError: row 3: benefits are negative (-5); enter outgo as positive numbers
    """

    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, what: str, remedy: str) -> None:
        """Note one problem and go on."""
        self.problems.append(Problem(where, what, remedy))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note the problems of another reading."""
        self.problems.extend(problems)

    def __bool__(self) -> bool:
        return bool(self.problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)

    def raise_if_any(self) -> None:
        """Raise all problems as one `InputError`; do nothing when there are none."""
        if self.problems:
            raise InputError(self.problems)
