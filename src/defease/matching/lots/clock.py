"""Seconds spent and seconds left."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

from defease.errors import Problem
from defease.solvers import TimeLimitError


@dataclass(frozen=True, slots=True)
class Clock:
    """Runs from its making; `allowed` seconds may be spent."""

    allowed: float
    started: float = field(default_factory=perf_counter)

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds left, never below a hundredth: a solver takes 0 for no limit at all."""
        return max(0.01, self.allowed - self.spent)

    @property
    def is_out(self) -> bool:
        """Whether the time is spent."""
        return self.spent >= self.allowed

    def check(self) -> None:
        """Raise `TimeLimitError` when the time is spent."""
        if self.is_out:
            what = f"the {self.allowed:g} s allowed are spent"
            raise TimeLimitError(Problem("matching in lots", what, "allow more time"))
