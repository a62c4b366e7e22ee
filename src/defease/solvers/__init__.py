"""The only door to HiGHS and scipy.optimize: roots and programmes, each answer checked.

A linear programme is a frozen value of plain arrays.  Its solution is believed only after a
certificate computed here from the given data (feasibility, reduced costs, duality gap).
"""

from defease.solvers.basis import Basis
from defease.solvers.certificate import certify
from defease.solvers.conflicts import Conflict, smallest_conflict
from defease.solvers.mixed import Effort, solve_mixed_program
from defease.solvers.programs import (
    CERTIFIED,
    Certificate,
    LinearProgram,
    LinearSolution,
    MixedSolution,
    NoSolution,
    SolverStatus,
)
from defease.solvers.repriced import carried_basis, solve_repriced
from defease.solvers.roots import find_root
from defease.solvers.session import Method, Session, TimeLimitError, solve_linear_program
from defease.solvers.sifting import solve_sifted

__all__ = [
    "CERTIFIED",
    "Basis",
    "Certificate",
    "Conflict",
    "Effort",
    "LinearProgram",
    "LinearSolution",
    "Method",
    "MixedSolution",
    "NoSolution",
    "Session",
    "SolverStatus",
    "TimeLimitError",
    "carried_basis",
    "certify",
    "find_root",
    "smallest_conflict",
    "solve_linear_program",
    "solve_mixed_program",
    "solve_repriced",
    "solve_sifted",
]
