"""Liability alpha: growth of assets over growth of the liability, in percent and in money.

Percent can win while money loses: with 700 of assets against 1,000 of liabilities, 7.5% of growth
against 6% raises the funded ratio and deepens the deficit.  Both are always shown together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from defease.errors import bad_input

LEVEL = 1e-9


@dataclass(frozen=True, kw_only=True)
class GrowthOfBothSides:
    """Assets and liabilities before and after one period of growth, outside flows removed.

    Attributes
    ----------
    assets, liabilities
        Opening values, plan currency, both positive.
    asset_growth, liability_growth
        Money earned and money added by the liability's return: ``g_A`` and ``g_L``.
    asset_return, liability_return
        Simple, decimal: time-weighted where flows moved inside the period.

    Examples
    --------
    >>> year = grown_at_returns(
    ...     assets=700, liabilities=1000, asset_return=0.075, liability_return=0.06)
    >>> year.closing_assets, year.closing_liabilities, round(year.closing_ratio, 4)
    (752.5, 1060.0, 0.7099)
    >>> round(year.money_alpha, 9), round(year.geometric_alpha, 6)
    (-7.5, 0.014151)
    """

    assets: float
    liabilities: float
    asset_growth: float
    liability_growth: float
    asset_return: float
    liability_return: float

    @property
    def closing_assets(self) -> float:
        """``A0 + g_A``: what the assets would be without flows."""
        return self.assets + self.asset_growth

    @property
    def closing_liabilities(self) -> float:
        """``L0 + g_L``: what the liability would be without flows."""
        return self.liabilities + self.liability_growth

    @property
    def opening_ratio(self) -> float:
        """``A0 / L0``."""
        return self.assets / self.liabilities

    @property
    def closing_ratio(self) -> float:
        """``A1 / L1``, flows removed."""
        return self.closing_assets / self.closing_liabilities

    @property
    def opening_surplus(self) -> float:
        """``A0 - L0``; a deficit is negative."""
        return self.assets - self.liabilities

    @property
    def closing_surplus(self) -> float:
        """``A1 - L1``, flows removed."""
        return self.closing_assets - self.closing_liabilities

    @property
    def geometric_alpha(self) -> float:
        """``(1 + R_A)/(1 + R_L) - 1``, the project's default."""
        return (1.0 + self.asset_return) / (1.0 + self.liability_return) - 1.0

    @property
    def arithmetic_alpha(self) -> float:
        """``R_A - R_L``."""
        return self.asset_return - self.liability_return

    @property
    def money_alpha(self) -> float:
        """``g_A - g_L``: the change of surplus that is growth."""
        return self.asset_growth - self.liability_growth

    @property
    def return_to_keep_surplus(self) -> float:
        """Asset return that would have held the deficit (or surplus) in money, ``g_L / A0``."""
        return self.liability_growth / self.assets

    @property
    def return_to_keep_ratio(self) -> float:
        """Asset return that would have held the funded ratio, ``g_L / L0``."""
        return self.liability_growth / self.liabilities

    @property
    def sentence(self) -> str:
        """Who won, in percent and in money."""
        return alpha_sentence(self.geometric_alpha, self.money_alpha, scale=self.liabilities)


def grown_at_returns(
    *, assets: float, liabilities: float, asset_return: float, liability_return: float
) -> GrowthOfBothSides:
    """Both sides grown at their returns, without flows; arguments as in `GrowthOfBothSides`."""
    return growth_of_both_sides(
        assets=assets,
        liabilities=liabilities,
        asset_growth=assets * asset_return,
        liability_growth=liabilities * liability_return,
        asset_return=asset_return,
        liability_return=liability_return,
    )


def growth_of_both_sides(
    *,
    assets: float,
    liabilities: float,
    asset_growth: float,
    liability_growth: float,
    asset_return: float | None = None,
    liability_return: float | None = None,
) -> GrowthOfBothSides:
    """Growth of both sides from money; a return not given is growth over the opening value.

    Raises `InputError` when an opening value is not positive or a liability return is -100% or
    less: there is no percentage then, only money.
    """
    for side, value in (("assets", assets), ("liabilities", liabilities)):
        if not (math.isfinite(value) and value > 0.0):
            what = f"are {value:g}"
            raise bad_input(where=side, what=what, remedy="compare in money only")
    earned = asset_growth / assets if asset_return is None else asset_return
    owed = liability_growth / liabilities if liability_return is None else liability_return
    for side, rate in (("assets", earned), ("liabilities", owed)):
        if not math.isfinite(rate) or rate <= -1.0:
            what = f"a return of {rate:.2%} leaves nothing to compare"
            raise bad_input(where=side, what=what, remedy="check values and flows")
    return GrowthOfBothSides(
        assets=assets,
        liabilities=liabilities,
        asset_growth=asset_growth,
        liability_growth=liability_growth,
        asset_return=earned,
        liability_return=owed,
    )


def asset_growth(
    opening: float, *, closing: float, contributions: float = 0.0, paid: float = 0.0
) -> float:
    """Money the assets earned, ``A1 - A0 - contributions + benefits and expenses paid``.

    Examples
    --------
    >>> asset_growth(700.0, closing=740.0, contributions=20.0, paid=50.0)
    70.0
    """
    return closing - opening - contributions + paid


def liability_growth(
    opening: float,
    *,
    closing: float,
    paid: float = 0.0,
    accruals: float = 0.0,
    experience: float = 0.0,
) -> float:
    """Money the liability grew by itself, ``L1 - L0 + its payments - accruals - experience``.

    On the net basis `paid` is B + E - C.  Changes of plan or assumptions count as experience.

    Examples
    --------
    >>> liability_growth(1000.0, closing=1035.0, paid=50.0, accruals=20.0, experience=5.0)
    60.0
    """
    return closing - opening + paid - accruals - experience


def alpha_sentence(percent: float, money: float | None, *, scale: float = 1.0) -> str:
    """The verdict in words, made from the two numbers.

    A billionth of `scale` in money, and of one in percent, is level: rounding is not a verdict.

    Examples
    --------
    >>> alpha_sentence(0.014, -7.5)
    'ahead of the liability in percent, behind it in money'
    """
    in_percent = _place(percent, unit=1.0)
    if money is None:
        return f"{in_percent} the liability in percent; money not given"
    in_money = _place(money, unit=scale)
    if in_percent == in_money:
        return f"{in_percent} the liability in percent and in money"
    return f"{in_percent} the liability in percent, {in_money} it in money"


def _place(difference: float, *, unit: float) -> str:
    if abs(difference) <= LEVEL * unit:
        return "level with"
    return "ahead of" if difference > 0.0 else "behind"
