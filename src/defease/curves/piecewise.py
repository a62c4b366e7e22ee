"""Piecewise polynomials: every interpolation of a curve is one of them in ``Y(t) = -ln P(t)``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from defease.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class PiecewisePolynomial:
    """A function that is a polynomial between neighbouring break points.

    Attributes
    ----------
    starts
        Left ends of the pieces, increasing, shape (pieces,); the last piece has no right end.
    coefficients
        Shape (degree + 1, pieces): the value at t within piece j is
        ``sum_k coefficients[k, j] (t - starts[j])^k``.

    Examples
    --------
    >>> import numpy as np
    >>> ramp = PiecewisePolynomial(np.array([0.0, 1.0]), np.array([[0.0, 2.0], [2.0, 3.0]]))
    >>> ramp(np.array([0.5, 2.0]))
    array([1., 5.])
    """

    starts: FloatArray
    coefficients: FloatArray

    def __call__(self, times: FloatArray) -> FloatArray:
        """Values at the given times; times left of the first piece use the first piece."""
        piece = np.maximum(np.searchsorted(self.starts, times, side="right") - 1, 0)
        local = times - self.starts[piece]
        value: FloatArray = self.coefficients[-1, piece]
        for row in self.coefficients[-2::-1]:
            value = value * local + row[piece]
        return value

    def slope(self, times: FloatArray) -> FloatArray:
        """First derivative at the given times."""
        powers = np.arange(1, len(self.coefficients))[:, None]
        return PiecewisePolynomial(self.starts, self.coefficients[1:] * powers)(times)

    def continued(self, at: float, slope: float) -> PiecewisePolynomial:
        """The same function up to `at`, and a straight line with the given slope beyond."""
        value = self(np.array([at]))[0]
        line = np.zeros((len(self.coefficients), 1))
        line[0], line[1] = value, slope
        keep = self.starts < at
        return PiecewisePolynomial(
            np.append(self.starts[keep], at), np.hstack([self.coefficients[:, keep], line])
        )
