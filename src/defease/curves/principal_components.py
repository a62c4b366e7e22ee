"""How a curve has moved: its historical principal components, as shifts to stress with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.curves.shifts import CurveShift
from defease.errors import bad_input

if TYPE_CHECKING:
    import numpy.typing as npt

    from defease.curves.history import CurveHistory

LEAST_CHANGES = 12
NEGLIGIBLE = 0.1
"""Loadings below this share of the largest have no sign of their own."""
SHAPES = ("level", "slope", "curvature")


@dataclass(frozen=True, slots=True)
class NamedShift:
    """A shift of a curve with the words that a report calls it by."""

    name: str
    shift: CurveShift


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Uncorrelated movements of a curve, the most important first.

    Attributes
    ----------
    tenors
        Years, shape (tenors,).
    names
        level, slope, curvature where a component has that shape, else "component 4" and so on.
    loadings
        Move of each annual effective spot rate in units of the component, orthonormal rows, shape
        (components, tenors).  Level is up, slope is up at the long end, curvature up in the middle.
    standard_deviations
        Of each component over one period of the history, shape (components,).
    shares
        Share of the total variance that each explains.
    """

    tenors: FloatArray
    names: tuple[str, ...]
    loadings: FloatArray
    standard_deviations: FloatArray
    shares: FloatArray

    def shift(
        self, component: int, *, standard_deviations: float, periods: float = 1.0
    ) -> NamedShift:
        """A component's move of so many standard deviations, as a shift of annual spot rates.

        Parameters
        ----------
        component
            Number, from 0.
        standard_deviations
            Size and sign.
        periods
            Horizon in periods of the history (12 months of monthly changes: 12); standard
            deviations grow with its square root.
        """
        if not 0 <= component < len(self.names):
            what = f"component {component} of {len(self.names)}"
            remedy = f"number them from 0 to {len(self.names) - 1}"
            raise bad_input(where="principal components", what=what, remedy=remedy)
        size = standard_deviations * float(self.standard_deviations[component]) * periods**0.5
        words = f"{self.names[component]} {standard_deviations:+g} standard deviations"
        return NamedShift(words, CurveShift.at_tenors(self.tenors, size * self.loadings[component]))


def principal_components(
    history: CurveHistory, tenors: npt.ArrayLike, *, components: int = 3
) -> PrincipalComponents:
    """Principal components of the changes of annual spot rates from one date to the next.

    Eigenvectors of the covariance matrix of the changes (divisor: changes less one).

    Raises
    ------
    InputError
        For fewer than twelve changes, or more components than tenors.

    Examples
    --------
    >>> from defease.curves.compounding import Compounding
    >>> from defease.curves.history import curve_history, month_ends
    >>> months = np.arange("2020-01", "2022-01", dtype="datetime64[M]")
    >>> levels = 0.03 + 0.001 * np.cos(np.arange(24.0))[:, None] * np.ones(2)
    >>> history = curve_history(month_ends(months), [1, 10], levels, compounding=Compounding.ANNUAL)
    >>> found = principal_components(history, [1, 10], components=1)
    >>> found.names, found.loadings.round(4), found.shares.round(4)
    (('level',), array([[0.7071, 0.7071]]), array([1.]))
    """
    years = frozen_floats(tenors, name="tenors")
    changes = np.diff(history.annual_spot_rates(years), axis=0)
    if len(changes) < LEAST_CHANGES or not 1 <= components <= len(years):
        what = f"{len(changes)} changes, {len(years)} tenors, {components} components asked for"
        remedy = "give at least 12 changes and as many tenors as components"
        raise bad_input(where="principal components", what=what, remedy=remedy)
    variances, vectors = np.linalg.eigh(np.atleast_2d(np.cov(changes, rowvar=False)))
    largest = np.argsort(-variances, kind="stable")[:components]
    kept = np.maximum(variances[largest], 0.0)
    loadings = np.array([_oriented(vectors[:, j]) for j in largest])
    return PrincipalComponents(
        tenors=years,
        names=_names(loadings),
        loadings=read_only(loadings),
        standard_deviations=read_only(np.sqrt(kept)),
        shares=read_only(kept / variances.sum()),
    )


def _oriented(loading: FloatArray) -> FloatArray:
    """A component with the sign that its shape is spoken of: see `PrincipalComponents`."""
    signs = _signs(loading)
    turns = int(np.sum(signs[1:] != signs[:-1]))
    if turns == 0:
        upright = signs[0] > 0
    elif turns == 1:
        upright = signs[-1] > 0
    else:
        upright = signs[0] < 0
    oriented: FloatArray = loading if upright else -loading
    return oriented


def _signs(loading: FloatArray) -> FloatArray:
    clear = np.abs(loading) >= NEGLIGIBLE * np.abs(loading).max()
    signs: FloatArray = np.sign(loading[clear])
    return signs


def _names(loadings: FloatArray) -> tuple[str, ...]:
    names: list[str] = []
    for number, loading in enumerate(loadings, start=1):
        signs = _signs(loading)
        turns = int(np.sum(signs[1:] != signs[:-1]))
        shape = SHAPES[turns] if turns < len(SHAPES) else ""
        names.append(shape if shape and shape not in names else f"component {number}")
    return tuple(names)
