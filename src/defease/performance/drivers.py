"""The drivers of a plan's bridge under fixed names, both sides taken together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.errors import bad_input
from defease.performance.bridge import Bridge, BridgeEnds, funded_bridge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAYMENTS, CONTRIBUTIONS = "payments", "contributions"


@dataclass(frozen=True, eq=False, kw_only=True)
class AssetChanges:
    """What changed the assets between two dates, plan currency.

    Attributes
    ----------
    growth_by_class
        Money earned by each asset class, signed.
    contributions
        Paid in, positive.
    paid
        Benefits and expenses paid from assets, positive.
    """

    growth_by_class: Mapping[str, float]
    contributions: float = 0.0
    paid: float = 0.0


@dataclass(frozen=True, kw_only=True)
class LiabilityChanges:
    """What changed the liability between two dates, plan currency; signed unless said.

    Attributes
    ----------
    income, roll, rate_change, spread_change, inflation
        The five parts of the index's growth.
    accruals, experience, assumptions, plan_changes, model_change
        Changes that are not growth.
    paid
        Payments of the liability itself, positive: B on a liability of benefits, B + E gross.
    contributions
        On the net basis the contributions received, positive: the liability no longer counts on
        them.  Zero on the gross basis.
    """

    income: float = 0.0
    roll: float = 0.0
    rate_change: float = 0.0
    spread_change: float = 0.0
    inflation: float = 0.0
    accruals: float = 0.0
    experience: float = 0.0
    assumptions: float = 0.0
    plan_changes: float = 0.0
    model_change: float = 0.0
    paid: float = 0.0
    contributions: float = 0.0

    @property
    def by_driver(self) -> dict[str, float]:
        """Signed changes of the liability by driver; drivers of zero are left out."""
        named = {
            "liability: income": self.income,
            "liability: roll": self.roll,
            "liability: rates": self.rate_change,
            "liability: spread": self.spread_change,
            "liability: inflation": self.inflation,
            "liability: accruals": self.accruals,
            "liability: experience": self.experience,
            "liability: assumptions": self.assumptions,
            "liability: plan changes": self.plan_changes,
            "liability: model": self.model_change,
            PAYMENTS: -self.paid,
            CONTRIBUTIONS: self.contributions,
        }
        return {name: amount for name, amount in named.items() if amount != 0.0}


def plan_bridge(
    ends: BridgeEnds,
    *,
    assets: AssetChanges,
    liabilities: LiabilityChanges,
    order: Sequence[str] = (),
) -> Bridge:
    """Bridge of a plan: classes, contributions, payments, and the liability's own drivers.

    Benefits leave both sides and are one netted driver, "payments"; so are contributions on the
    net basis.  Asset classes appear as "assets: NAME".

    Raises `InputError` when the drivers miss a closing value by more than half a cent, or an
    amount that must be positive is negative.

    Examples
    --------
    >>> ends = BridgeEnds(opening_assets=700, opening_liabilities=1000,
    ...                   closing_assets=722.5, closing_liabilities=1010)
    >>> made = plan_bridge(
    ...     ends,
    ...     assets=AssetChanges(growth_by_class={"equity": 52.5}, contributions=20, paid=50),
    ...     liabilities=LiabilityChanges(income=45, rate_change=15, paid=50))
    >>> [step.driver for step in made.steps]
    ['assets: equity', 'contributions', 'payments', 'liability: income', 'liability: rates']
    >>> made.step("payments").surplus_effect, made.surplus_change
    (0.0, 12.5)
    """
    positive = {
        "contributions to the assets": assets.contributions,
        "payments from the assets": assets.paid,
        "payments of the liability": liabilities.paid,
        "contributions in the liability": liabilities.contributions,
    }
    for name, amount in positive.items():
        if amount < 0.0:
            what = f"are negative ({amount:,.2f})"
            raise bad_input(where=f"bridge: {name}", what=what, remedy="enter positive amounts")
    changes = {f"assets: {name}": money for name, money in assets.growth_by_class.items()}
    if assets.contributions:
        changes[CONTRIBUTIONS] = assets.contributions
    if assets.paid:
        changes[PAYMENTS] = -assets.paid
    return funded_bridge(
        ends, asset_changes=changes, liability_changes=liabilities.by_driver, order=order
    )
