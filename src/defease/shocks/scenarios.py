"""Deterministic stress scenarios: what is shocked, by how much, all at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from defease.curves import CurveShift
from defease.errors import bad_input


@dataclass(frozen=True, kw_only=True)
class StressScenario:
    """A named joint shock; every size is a decimal and zero means unmoved.

    Attributes
    ----------
    name
        As the report shows it.
    rates
        Parallel change of annual effective spot rates (-0.01 is 100 basis points down).
    steepening
        Gain of the 30-year on the 2-year rate, linear in between, nothing at 10 years.
    spread
        Change of credit spreads: moves credit bases and credit exposures only.
    equity, real_estate
        Returns of these markets.
    inflation
        Change of the annual rate of inflation, for good.
    longevity
        Relative change of death rates: not computable from a vector of payments.

    Examples
    --------
    >>> StressScenario(name="rates down", rates=-0.01).scaled(2.0, name="worse").rates
    -0.02
    """

    name: str
    rates: float = 0.0
    steepening: float = 0.0
    spread: float = 0.0
    equity: float = 0.0
    real_estate: float = 0.0
    inflation: float = 0.0
    longevity: float = 0.0

    def __post_init__(self) -> None:
        for name, size in self.shocks.items():
            if not math.isfinite(size):
                remedy = "give a finite decimal"
                raise bad_input(
                    where=f"stress {self.name!r}: {name}", what="is not a number", remedy=remedy
                )
        for name in ("equity", "real_estate"):
            if self.shocks[name] < -1:
                where = f"stress {self.name!r}: {name}"
                what = f"a return of {self.shocks[name]:.0%} loses more than everything"
                raise bad_input(
                    where=where, what=what, remedy="give a decimal from -1 up, such as -0.3"
                )

    @property
    def shocks(self) -> dict[str, float]:
        """The size of every shock by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}

    @property
    def needs_census(self) -> bool:
        """Whether longevity is the only shock: a vector of payments contains its death rates."""
        return self.longevity != 0 and not any(
            size for name, size in self.shocks.items() if name != "longevity"
        )

    @property
    def rate_shift(self) -> CurveShift:
        """What happens to every curve."""
        return CurveShift.parallel(self.rates) + CurveShift.steepening(self.steepening)

    @property
    def credit_shift(self) -> CurveShift:
        """What happens to a curve that contains a credit spread."""
        return self.rate_shift + CurveShift.parallel(self.spread)

    def scaled(self, size: float, *, name: str | None = None) -> StressScenario:
        """The same direction, `size` times as far."""
        moved = {shock: size * given for shock, given in self.shocks.items()}
        return replace(self, name=self.name if name is None else name, **moved)


def standard_scenarios() -> tuple[StressScenario, ...]:
    """The scenarios of a report whose plan names none; every rate stress has both signs.

    Examples
    --------
    >>> [scenario.name for scenario in standard_scenarios()][:2]
    ['rates down 100 bp', 'rates up 100 bp']
    """
    return (
        StressScenario(name="rates down 100 bp", rates=-0.01),
        StressScenario(name="rates up 100 bp", rates=0.01),
        StressScenario(name="rates down 200 bp", rates=-0.02),
        StressScenario(name="rates up 200 bp", rates=0.02),
        StressScenario(name="curve flatter by 50 bp", steepening=-0.005),
        StressScenario(name="curve steeper by 50 bp", steepening=0.005),
        StressScenario(name="spreads tighter by 100 bp", spread=-0.01),
        StressScenario(name="spreads wider by 100 bp", spread=0.01),
        StressScenario(name="equities down 20%", equity=-0.20),
        StressScenario(name="equities down 40%", equity=-0.40),
        StressScenario(name="rates down 100 bp, equities down 30%", rates=-0.01, equity=-0.30),
        StressScenario(
            name="crisis: rates down 150 bp, spreads wider by 200 bp, equities down 35%",
            rates=-0.015,
            spread=0.02,
            equity=-0.35,
            real_estate=-0.20,
        ),
    )
