"""Key-rate durations that add up exactly to the duration they split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, read_only

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_RATE_TENORS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0)
"""Years of the key rates of every report."""


def split_by_tenor(
    times: FloatArray, amounts: FloatArray, tenors: Sequence[float] = KEY_RATE_TENORS
) -> FloatArray:
    """Amounts at payment times shared out to tenors by hat functions, shape (tenors,).

    ``hat_1 = 1`` before the first tenor, ``hat_m = 1`` after the last, linear between neighbours:
    the hats add up to 1 at every time, so the parts add up to the whole.

    Examples
    --------
    >>> split_by_tenor(np.array([1.0, 2.5, 50.0]), np.array([10.0, 4.0, 7.0]), (2.0, 3.0, 5.0))
    array([12.,  2.,  7.])
    """
    nodes = np.asarray(tenors, dtype=np.float64)
    left = np.clip(np.searchsorted(nodes, times, side="right") - 1, 0, len(nodes) - 2)
    right_share = np.clip((times - nodes[left]) / (nodes[left + 1] - nodes[left]), 0.0, 1.0)
    to_right = amounts * right_share
    parts: FloatArray = np.zeros(len(nodes))
    parts += np.bincount(left, weights=amounts - to_right, minlength=len(nodes))
    parts += np.bincount(left + 1, weights=to_right, minlength=len(nodes))
    return read_only(parts)
