"""What a quoted rate means: how often interest is added, and what that is continuously."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from defease.arrays import FloatArray


class Compounding(StrEnum):
    """How often interest is added within a year."""

    ANNUAL = "annual"
    SEMIANNUAL = "semiannual"
    CONTINUOUS = "continuous"


PERIODS = {Compounding.ANNUAL: 1, Compounding.SEMIANNUAL: 2}


def to_continuous(rates: FloatArray, compounding: Compounding) -> FloatArray:
    """The continuously compounded rates that give the same discount factors.

    ``r = m ln(1 + s / m)`` for m periods a year.

    Examples
    --------
    >>> import numpy as np
    >>> to_continuous(np.array([0.04]), Compounding.SEMIANNUAL).round(9)
    array([0.03960525])
    """
    if compounding is Compounding.CONTINUOUS:
        return rates
    periods = PERIODS[compounding]
    converted: FloatArray = periods * np.log1p(rates / periods)
    return converted


def from_continuous(rates: FloatArray, compounding: Compounding) -> FloatArray:
    """Continuously compounded rates in another compounding: ``s = m (exp(r / m) - 1)``.

    Examples
    --------
    >>> import numpy as np
    >>> from_continuous(np.log1p(np.array([0.05])), Compounding.ANNUAL)
    array([0.05])
    """
    if compounding is Compounding.CONTINUOUS:
        return rates
    periods = PERIODS[compounding]
    converted: FloatArray = periods * np.expm1(rates / periods)
    return converted
