"""PBGC premium of a single-employer plan: so much a head, and so much of what is unfunded."""

from __future__ import annotations

from dataclasses import dataclass

from defease.errors import Caution
from defease.funding.trail import TrailLine, TrailUnit, require_not_negative
from defease.valuation.legal import pbgc_premium_rates, small_employer

UNIT_OF_UNFUNDED = 1000.0


@dataclass(frozen=True, kw_only=True)
class PbgcPremium:
    """The premium of a year, dollars.

    Attributes
    ----------
    unfunded_vested
        ``max(0, vested liability - market value)``.
    flat, variable
        The two parts; the variable one after its cap.
    cap
        The most the variable part can be.
    """

    unfunded_vested: float
    flat: float
    variable: float
    cap: float
    lines: tuple[TrailLine, ...]
    cautions: tuple[Caution, ...]

    @property
    def total(self) -> float:
        """Both parts."""
        return self.flat + self.variable

    @property
    def is_capped(self) -> bool:
        """Whether the cap a participant decides the variable part."""
        return self.variable > 0 and self.variable == self.cap


def pbgc_premium(
    year: int, *, participants: int, vested_liability: float, market_value: float
) -> PbgcPremium:
    """What the plan pays its insurer for premium years beginning in `year`.

    ``flat x participants + min(rate x unfunded vested benefits / 1000, cap x participants)``.
    Rounding of the unfunded amount and the lower cap of small employers are left out.

    Parameters
    ----------
    year : int
        Calendar year in which the premium year begins.
    participants : int
        Heads, at the last day of the year before.
    vested_liability : float
        Vested benefits on the premium basis, dollars.
    market_value : float
        Of the assets, dollars.

    Examples
    --------
    >>> found = pbgc_premium(2026, participants=1000, vested_liability=100e6, market_value=90e6)
    >>> found.flat, found.variable, found.total
    (111000.0, 520000.0, 631000.0)
    """
    amounts = {
        "participants": participants,
        "vested_liability": vested_liability,
        "market_value": market_value,
    }
    require_not_negative("PBGC premium", amounts)
    rates = pbgc_premium_rates(year)
    unfunded = max(0.0, vested_liability - market_value)
    cap = rates.cap * participants
    uncapped = rates.per_thousand * unfunded / UNIT_OF_UNFUNDED
    flat, variable = rates.flat * participants, min(uncapped, cap)
    law = rates.citation
    lines = (
        TrailLine("participants", participants, "given", unit=TrailUnit.HEADS),
        TrailLine("vested liability", vested_liability, "given, on the premium basis"),
        TrailLine(
            "unfunded vested benefits", unfunded, "vested liability - market value, at least 0"
        ),
        TrailLine("flat premium", flat, f"{rates.flat:g} a participant", law),
        TrailLine("before the cap", uncapped, f"{rates.per_thousand:g} a 1,000 unfunded", law),
        TrailLine("cap", cap, f"{rates.cap:g} a participant", law),
        TrailLine("variable premium", variable, "the lesser of the two"),
        TrailLine("PBGC premium", flat + variable, "flat + variable"),
    )
    return PbgcPremium(
        unfunded_vested=unfunded,
        flat=flat,
        variable=variable,
        cap=cap,
        lines=lines,
        cautions=_small(year, participants, variable),
    )


def _small(year: int, participants: int, variable: float) -> tuple[Caution, ...]:
    rule = small_employer(year)
    if participants > rule.employees or not variable:
        return ()
    message = (
        f"an employer of at most {rule.employees} employees pays a lower cap on the variable "
        "premium; the number of employees is not known here"
    )
    return (Caution("pbgc_small_employer", message),)
