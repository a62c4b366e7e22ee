"""Seconds spent and seconds left."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter


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
