"""Two truths of a matched portfolio side by side: every payment is covered, and surplus moves.

A matched portfolio costs less than the value of the liability on a high-quality basis, so it holds
less rate sensitivity: a fall in rates lowers the reported status while no payment is at risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.errors import ModelError, Problem
from defease.matching.rivals.cash import CashRunOff, run_off_without_selling
from defease.matching.rivals.shocks import CurveShock, RevaluedPortfolio, rival_shocks
from defease.matching.rivals.streams import DiscountedStreams
from defease.matching.words import money, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.matching.rivals.question import RivalPortfolio, RivalQuestion
    from defease.valuation import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedChange:
    """What one shock does to the reported position; plan currency.

    `assets` and `liabilities` are values after the shock, `change_of_surplus` and
    `change_of_funded_ratio` (of A/L, as a decimal) the difference to before.
    """

    shock: str
    assets: float
    liabilities: float
    change_of_assets: float
    change_of_liabilities: float
    change_of_surplus: float
    change_of_funded_ratio: float


@dataclass(frozen=True, eq=False, kw_only=True)
class ReportedRisk:
    """Reported status under shocks, beside the certainty of cash.

    `assets` are at market, `liabilities` on the named basis; `run_off` is the same under every
    shock, because nothing is sold and promised payments do not move with rates.
    """

    basis: str
    assets: float
    liabilities: float
    changes: tuple[ReportedChange, ...]
    run_off: CashRunOff
    sentence: str

    @property
    def surplus(self) -> float:
        """Assets less liabilities before any shock."""
        return self.assets - self.liabilities

    @property
    def funded_ratio(self) -> float:
        """Assets over liabilities before any shock."""
        return self.assets / self.liabilities

    @property
    def every_payment_covered(self) -> bool:
        """Whether cash is there for every payment, whatever the market value."""
        return self.run_off.covers_every_payment


def reported_status_risk(
    question: RivalQuestion,
    portfolio: RivalPortfolio,
    basis: Basis,
    *,
    shocks: Sequence[CurveShock] | None = None,
) -> ReportedRisk:
    """Change of the reported surplus under each shock, next to whether every payment is covered.

    Assets are repriced on the question's curve, each bond's spread unchanged; liabilities on the
    basis' curve under the same move.

    Raises
    ------
    ModelError
        When the payments are not worth more than 0 on the basis.
    """
    owners = np.zeros(question.data.periods, dtype=np.int64)
    times, amounts = question.data.payment_times, question.data.payments
    owed = DiscountedStreams.on(basis.curve, times, amounts, owners, 1)
    before = float(owed.values.sum())
    if not before > 0.0:
        what = f"the payments are worth {before:,.0f} on '{basis.name}', which is not above 0"
        remedy = "choose payments whose outgo exceeds inflow"
        raise ModelError(Problem("reported status", what, remedy))
    revalued = RevaluedPortfolio(question, portfolio)
    changes = []
    for shock in rival_shocks() if shocks is None else shocks:
        after = revalued.value_under(shock.shift)
        owing = float(owed.values_under(shock.shift, np.zeros(1))[0])
        changes.append(
            ReportedChange(
                shock=shock.name,
                assets=after,
                liabilities=owing,
                change_of_assets=after - portfolio.cost,
                change_of_liabilities=owing - before,
                change_of_surplus=after - portfolio.cost - (owing - before),
                change_of_funded_ratio=after / owing - portfolio.cost / before,
            )
        )
    run = run_off_without_selling(question.data, portfolio)
    return ReportedRisk(
        basis=basis.name,
        assets=portfolio.cost,
        liabilities=before,
        changes=tuple(changes),
        run_off=run,
        sentence=_sentence(basis.name, portfolio.cost / before, changes, run),
    )


def _sentence(basis: str, ratio: float, changes: Sequence[ReportedChange], run: CashRunOff) -> str:
    dates = len(run.balances)
    cash = (
        f"cash covers all {dates} payments"
        if run.covers_every_payment
        else f"cash falls short after {run.negative_dates} of {dates} payments, at worst by "
        f"{money(-run.worst_balance)}"
    )
    start = f"reported at {percent(round(ratio, 4))} funded on '{basis}'"
    if not changes:
        return f"{start}, while {cash}"
    worst = min(changes, key=lambda change: change.change_of_surplus)
    verb = "falls" if worst.change_of_surplus < 0.0 else "rises"
    moved = f"reported surplus {verb} by {money(abs(worst.change_of_surplus))} at {worst.shock}"
    return f"{start}, {moved}, while under every one of these moves {cash}"
