"""Amounts and shares as they stand in sentences."""

from __future__ import annotations


def money(amount: float) -> str:
    """An amount for a sentence: whole units from 100 on, else two decimals.

    Examples
    --------
    >>> money(1234567.8), money(1.5)
    ('1,234,568', '1.50')
    """
    return f"{amount:,.0f}" if abs(amount) >= 100.0 else f"{amount:,.2f}"  # noqa: PLR2004


def percent(share: float) -> str:
    """A share for a sentence.

    Examples
    --------
    >>> percent(0.02), percent(0.0275)
    ('2%', '2.75%')
    """
    return f"{share * 100.0:.4g}%"
