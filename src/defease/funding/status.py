"""Funded status: what is owned beside what is owed, gross and net of contributions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FundedStatus:
    """Assets against the present value of promised payments on one basis.

    The headline figures are net of contributions when contributions are given, else gross: whoever
    shows them must say which (`is_net`).

    Attributes
    ----------
    assets
        Market value, plan currency.
    liability_gross, liability_net
        Present value of benefits and expenses, and of these less contributions.
    is_net
        Whether the headline is the net measure.
    actuarial_value
        Of the assets, smoothed by the actuary; None when the plan gives none.
    smallest_meaningful_liability
        Present value at or below which a ratio says nothing (1% of the absolute present values).

    Examples
    --------
    >>> status = FundedStatus(assets=700, liability_gross=1000, liability_net=1000)
    >>> status.funded_ratio, status.surplus
    (0.7, -300)
    """

    assets: float
    liability_gross: float
    liability_net: float
    is_net: bool = False
    actuarial_value: float | None = None
    smallest_meaningful_liability: float = 0.0

    @property
    def liability(self) -> float:
        """The headline present value."""
        return self.liability_net if self.is_net else self.liability_gross

    @property
    def funded_ratio(self) -> float | None:
        """A / L on the headline measure; None when L is too small to divide by."""
        return self._ratio(self.liability)

    @property
    def funded_ratio_gross(self) -> float | None:
        """A / L before contributions."""
        return self._ratio(self.liability_gross)

    @property
    def funded_ratio_net(self) -> float | None:
        """A / L after contributions."""
        return self._ratio(self.liability_net)

    @property
    def funded_ratio_contributions_as_assets(self) -> float | None:
        """Contributions counted as an asset instead of netted: ``(A + PV(C)) / gross``."""
        paid_in = self.liability_gross - self.liability_net
        return self._ratio(self.liability_gross, self.assets + paid_in)

    @property
    def funded_ratio_actuarial(self) -> float | None:
        """Actuarial value of assets over the headline liability; None without such a value."""
        return (
            None
            if self.actuarial_value is None
            else self._ratio(self.liability, self.actuarial_value)
        )

    @property
    def surplus(self) -> float:
        """A - L on the headline measure; negative is a deficit."""
        return self.assets - self.liability

    @property
    def surplus_gross(self) -> float:
        """A - L before contributions."""
        return self.assets - self.liability_gross

    @property
    def surplus_net(self) -> float:
        """A - L after contributions."""
        return self.assets - self.liability_net

    def required_growth_to_keep_surplus(self, liability_growth: float) -> float | None:
        """The asset return that keeps the surplus or deficit in money: ``g_L L / A``.

        The return that keeps the *ratio* is the liability's own growth ``g_L`` (its yield, when
        nothing changes).  None without assets.

        Examples
        --------
        >>> status = FundedStatus(assets=700, liability_gross=1000, liability_net=1000)
        >>> round(status.required_growth_to_keep_surplus(0.06), 6)
        0.085714
        """
        return liability_growth * self.liability / self.assets if self.assets > 0 else None

    def _ratio(self, liability: float, assets: float | None = None) -> float | None:
        meaningful = liability > max(self.smallest_meaningful_liability, 0.0)
        owned = self.assets if assets is None else assets
        return owned / liability if meaningful else None
