"""A proposed cause: what it says, and the working copy as it would be with it undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.funding.audit.lines import broken_lines, count_broken

if TYPE_CHECKING:
    from defease.arrays import BoolArray, FloatArray
    from defease.funding.audit.findings import Cause
    from defease.funding.audit.forms import Residuals
    from defease.funding.audit.working import Working


@dataclass(frozen=True, eq=False, kw_only=True)
class Claim:
    """One column, its rows, the cause, and what should stand there; evidence of one finding.

    `whole_path` says that later balances rest on it: undoing it moves them all.
    """

    column: str
    rows: BoolArray
    cause: Cause
    detail: str
    expected: FloatArray
    lines: tuple[str, ...]
    whole_path: bool = False


@dataclass(frozen=True, eq=False)
class Proposal:
    """Claims that stand or fall together, the copy after them, and what it still breaks."""

    claims: tuple[Claim, ...]
    after: Working
    left: tuple[Residuals, ...]

    @classmethod
    def of(cls, claims: tuple[Claim, ...], after: Working) -> Proposal:
        """A proposal, its copy checked anew."""
        return cls(claims, after, tuple(broken_lines(after)))

    @property
    def count(self) -> int:
        """The number of broken rows that it leaves."""
        return count_broken(self.left)
