"""Which bases a plan of its kind must show, and which of them it shows already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from defease.valuation.legal import rules

if TYPE_CHECKING:
    from defease.valuation.legal.rules import RequiredBasis

SPONSOR_OF_KIND = {"insurer": "insurer", "individual": "household"}
TREASURY_NAMES = ("treasury", "strips")


@dataclass(frozen=True, kw_only=True)
class BasisDuty:
    """A basis a plan of its kind shows, with the reason, and the basis of the plan that does so.

    Attributes
    ----------
    shown_as
        Name of the plan's basis; "" when the plan lacks it.
    """

    basis: str
    must: bool
    reason: str
    shown_as: str

    @property
    def is_missing(self) -> bool:
        """Whether the plan must show this basis and does not."""
        return self.must and not self.shown_as

    @property
    def words(self) -> str:
        """The duty as a page lists it."""
        state = f"shown as {self.shown_as}" if self.shown_as else "not shown"
        duty = "required" if self.must else "where it applies"
        return f"{self.basis} ({duty}): {self.reason}; {state}"


def required_bases(kind: str, sponsor: str | None) -> tuple[RequiredBasis, ...]:
    """The bases a plan of this kind and sponsor shows, each with its reason, required ones first.

    Parameters
    ----------
    kind, sponsor : str
        As in [plan]; an insurer or an individual needs no sponsor.

    Examples
    --------
    >>> [entry.basis for entry in required_bases("pension", "corporate") if entry.must]
    ['asc715', 'ppa_430', 'pbgc_standard']
    """
    return rules.required_bases(sponsor or SPONSOR_OF_KIND.get(kind, "corporate"))


def basis_duties(
    kind: str, sponsor: str | None, shown: Iterable[tuple[str, str]]
) -> tuple[BasisDuty, ...]:
    """Required bases beside the bases a plan shows.

    Parameters
    ----------
    shown : iterable of (name, regime or method)
        The plan's bases; the second is its regime, else its method where that says more than the
        name ("gasb", "smith_wilson").

    Examples
    --------
    >>> duties = basis_duties("pension", "public", [("assumed_return", ""), ("blended", "gasb")])
    >>> [(duty.basis, duty.shown_as) for duty in duties]
    [('assumed_return', 'assumed_return'), ('gasb', 'blended'), ('ldrom', ''), ('treasury', '')]
    """
    bases = list(shown)
    return tuple(
        BasisDuty(
            basis=entry.basis,
            must=entry.must,
            reason=entry.reason,
            shown_as=next((name for name, key in bases if _serves(entry.basis, name, key)), ""),
        )
        for entry in required_bases(kind, sponsor)
    )


def _serves(wanted: str, name: str, key: str) -> bool:
    if key:
        return key == wanted or (wanted == "treasury" and name in TREASURY_NAMES)
    return name in TREASURY_NAMES if wanted == "treasury" else name == wanted
