"""What came of portable alpha: levels, coverage and funded ratio, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from defease.arrays import DateArray, FloatArray, IntArray, read_only
from defease.errors import Caution
from defease.performance.balances import BalanceHistory
from defease.performance.paid_balances import balances_while_paid
from defease.policies import Decision


@dataclass(frozen=True, eq=False, kw_only=True)
class PortableAlphaResult:
    """One way through the months, with all its books; money in plan currency.

    Attributes
    ----------
    name
        `portable alpha` or `never port`.
    dates
        Month ends, shape (months + 1,).
    alpha_assets, matched_assets, liabilities
        Values at each date after that date's payments and transfers, shape (months + 1,).
    experience
        What later projections added to the liabilities at each month's end, in nobody's growth,
        shape (months,).
    alpha_growth, residual_liability_growth
        Money earned by the alpha assets, and growth of the payments they fund, shape (months,).
    paid_from_alpha, paid_from_matched, unpaid
        Who met the month's payments; `unpaid` is what the alpha assets no longer had; shape
        (months,).
    transferred
        Value of bonds bought (positive) or sold (negative), shape (months,).
    trading_costs
        Lost in trading, shape (months,).
    coverage_dates
        Day up to which every payment is matched, the date itself when none is, shape (months + 1,).
    decisions
        The record of every review.
    """

    name: str
    dates: DateArray
    alpha_assets: FloatArray
    matched_assets: FloatArray
    liabilities: FloatArray
    experience: FloatArray
    alpha_growth: FloatArray
    residual_liability_growth: FloatArray
    paid_from_alpha: FloatArray
    paid_from_matched: FloatArray
    unpaid: FloatArray
    transferred: FloatArray
    trading_costs: FloatArray
    coverage_dates: DateArray
    decisions: tuple[Decision, ...]
    cautions: tuple[Caution, ...] = ()

    @property
    def assets(self) -> FloatArray:
        """Both pools together, shape (months + 1,)."""
        return read_only(self.alpha_assets + self.matched_assets)

    @property
    def funded_ratio(self) -> FloatArray:
        """A/L at each date."""
        return read_only(self.assets / self.liabilities)

    @property
    def surplus(self) -> FloatArray:
        """A - L at each date."""
        return read_only(self.assets - self.liabilities)

    @property
    def balances(self) -> BalanceHistory:
        """The months in which everything was paid, for the measures of the performance report.

        Trading costs count as growth lost.
        """
        due = self.paid_from_alpha + self.paid_from_matched + self.unpaid
        return balances_while_paid(
            self.dates,
            self.assets,
            self.liabilities,
            due=due,
            unpaid=self.unpaid,
            experience=self.experience,
        )

    @property
    def alpha_money(self) -> FloatArray:
        """Growth of the alpha assets less that of the liabilities they fund, shape (months,)."""
        return read_only(self.alpha_growth - self.residual_liability_growth)

    @property
    def matched_growth(self) -> FloatArray:
        """Money earned by the matched bonds, shape (months,)."""
        opening, closing = self.matched_assets[:-1], self.matched_assets[1:]
        return read_only(closing - opening - self.transferred + self.paid_from_matched)

    @property
    def months_defeased(self) -> IntArray:
        """Months from each date to the day matched payments reach, shape (months + 1,)."""
        reach = self.coverage_dates.astype("datetime64[M]") - self.dates.astype("datetime64[M]")
        return read_only(reach.astype(np.int64))

    @property
    def total_transferred(self) -> float:
        """Value moved into matched bonds less value moved back, over all months."""
        return float(self.transferred.sum())

    @property
    def lowest_funded_ratio(self) -> float:
        """Worst month-end funded ratio."""
        return float(self.funded_ratio.min())

    @property
    def maximum_drawdown(self) -> float:
        """Largest fall of the funded ratio from its highest level so far, ``1 - FR/max FR``."""
        ratio = self.funded_ratio
        peak = np.maximum.accumulate(ratio)
        if not peak[0] > 0:
            return 0.0
        return float((1.0 - ratio / peak).max())

    @property
    def is_exhausted(self) -> bool:
        """Whether the alpha assets ever failed to pay."""
        return bool((self.unpaid > 0).any())


@dataclass(frozen=True, eq=False)
class PortableAlphaComparison:
    """Portable alpha beside never porting, over the same months."""

    ported: PortableAlphaResult
    never: PortableAlphaResult

    @property
    def final_ratio_gain(self) -> float:
        """Funded ratio at the end, ported less never; negative where porting cost growth."""
        return float(self.ported.funded_ratio[-1] - self.never.funded_ratio[-1])

    @property
    def final_surplus_gain(self) -> float:
        """Surplus at the end, ported less never, plan currency."""
        return float(self.ported.surplus[-1] - self.never.surplus[-1])

    @property
    def drawdown_avoided(self) -> float:
        """Maximum drawdown of the funded ratio, never less ported."""
        return self.never.maximum_drawdown - self.ported.maximum_drawdown

    @property
    def months_gained(self) -> IntArray:
        """Months defeased at each date, ported less never, shape (months + 1,)."""
        return read_only(self.ported.months_defeased - self.never.months_defeased)

    @property
    def funded_volatility(self) -> tuple[float, float] | None:
        """Standard deviation (n - 1) of monthly changes of the funded ratio: ported, never.

        None with fewer than two months.
        """
        both = (self.ported.funded_ratio, self.never.funded_ratio)
        if len(both[0]) < 3:
            return None
        ported, never = (float(np.std(np.diff(ratio), ddof=1)) for ratio in both)
        return ported, never
