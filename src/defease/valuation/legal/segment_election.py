"""Which segment rates a measure uses on a date: month, average, lookback and corridor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from defease.errors import Caution, bad_input
from defease.valuation.legal import rules
from defease.valuation.legal.months import Month
from defease.valuation.legal.segment_rates import SegmentRates, within_corridor

if TYPE_CHECKING:
    import datetime as dt

    from defease.valuation.legal.hundredths import Triple
    from defease.valuation.legal.segment_history import SegmentHistory


@dataclass(frozen=True, kw_only=True)
class SegmentElection:
    """What decides the segment rates of a valuation; spec keys of [[discounting]].

    Attributes
    ----------
    valuation_date
        Its month is the applicable month, unless an earlier one is elected.
    regime
        A measure of law; it sets the average and whether a corridor applies.
    average_months
        1 or 24; None takes the regime's, else 24.
    lookback_months
        0 to 4: how many months the applicable month lies before that of the valuation date.
    plan_year
        Calendar year in which the plan year begins; given, the corridor of that year applies.
    averages_25_year
        Published 25-year averages; None derives them from the history, with a caution.
    """

    valuation_date: dt.date
    regime: str = ""
    average_months: int | None = None
    lookback_months: int = 0
    plan_year: int | None = None
    averages_25_year: Triple | None = None

    @property
    def last_month(self) -> Month:
        """The month before the applicable month: the newest whose rates count."""
        return Month.of(self.valuation_date).plus(-1 - self.lookback_months)

    @property
    def months(self) -> int:
        """How many months are averaged."""
        if self.average_months is not None:
            return self.average_months
        law = rules.regime(self.regime).average_months if self.regime else 0
        return law or rules.segment_average(self.valuation_date.year).months


def elected_segment_rates(history: SegmentHistory, election: SegmentElection) -> SegmentRates:
    """The segment rates of a valuation, with every step in words.

    The mean of the monthly rates (as published, two decimals) over the months ending with the month
    before the applicable month, rounded half up; then the corridor when a plan year is given.

    Raises
    ------
    InputError
        A missing month (named), a lookback beyond the law's, a corridor where law has none.

    Examples
    --------
    >>> import datetime as dt
    >>> from defease.valuation.legal.months import months_ending
    >>> from defease.valuation.legal.segment_history import published_segment_rates
    >>> months = months_ending(Month(2025, 11), 24)
    >>> table = published_segment_rates(months, [[0.045, 0.05, 0.068]] * 24, source="notices")
    >>> elected_segment_rates(table, SegmentElection(
    ...     valuation_date=dt.date(2026, 1, 1), lookback_months=1, plan_year=2026,
    ...     averages_25_year=(0.03, 0.056, 0.062))).rates
    (0.0475, 0.0532, 0.0651)
    """
    _check(election)
    last, months = election.last_month, election.months
    rates = history.monthly(last) if months == 1 else history.averaged(last, months)
    rates = replace(rates, cautions=(*rates.cautions, *_departures(election)))
    if election.plan_year is None:
        return rates
    averages = election.averages_25_year
    if averages is None:
        averages = history.average_of_25_years(election.plan_year)
        rates = replace(rates, cautions=(*rates.cautions, _derived(election.plan_year)))
    return within_corridor(rates, plan_year=election.plan_year, averages_25_year=averages)


def elected_corridor(rates: SegmentRates, election: SegmentElection) -> SegmentRates:
    """Segment rates that were typed, or derived from one curve: only the corridor is left to apply.

    Months and lookback have been decided by whoever typed them; a corridor needs the 25-year
    averages beside it.
    """
    _check(election)
    rates = replace(rates, cautions=(*rates.cautions, *_foreign(election)))
    if election.plan_year is None:
        return rates
    if election.averages_25_year is None:
        what = f"the corridor of plan year {election.plan_year} needs the 25-year averages"
        remedy = "write averages_25_year = [first, second, third], or leave out plan_year"
        raise bad_input(where="segment corridor", what=what, remedy=remedy)
    return within_corridor(
        rates, plan_year=election.plan_year, averages_25_year=election.averages_25_year
    )


def _check(election: SegmentElection) -> None:
    rule = rules.segment_average(election.valuation_date.year)
    if not 0 <= election.lookback_months <= rule.most_lookback_months:
        what = f"a lookback of {election.lookback_months} months"
        remedy = f"the applicable month may lie 0 to {rule.most_lookback_months} months back"
        raise bad_input(where="lookback_months", what=what, remedy=remedy)
    if election.months not in (1, rule.months):
        what = f"an average of {election.months} months"
        raise bad_input(where="average_months", what=what, remedy=f"write 1 or {rule.months}")
    if not election.regime:
        return
    law = rules.regime(election.regime)
    if election.plan_year is not None and not law.has_corridor:
        what = f"{law.title} knows no corridor, but plan_year asks for one"
        remedy = "leave out plan_year and averages_25_year on this basis"
        raise bad_input(where="plan_year", what=what, remedy=remedy)


def _departures(election: SegmentElection) -> tuple[Caution, ...]:
    """Where the choices differ from what the regime prescribes."""
    if not election.regime:
        return ()
    law = rules.regime(election.regime)
    found = list(_foreign(election))
    if law.average_months and election.months != law.average_months:
        message = (
            f"{law.title} prescribes {law.prescribes}; this basis averages {election.months} months"
        )
        found.append(Caution("not_the_prescribed_average", message))
    if law.has_corridor and election.plan_year is None:
        message = (
            f"{law.title} holds the average in a corridor; none was applied because no plan_year "
            "is given"
        )
        found.append(Caution("no_corridor", message))
    return tuple(found)


def _foreign(election: SegmentElection) -> tuple[Caution, ...]:
    """A measure that law does not value on segment rates."""
    law = rules.regime(election.regime) if election.regime else None
    if law is None or law.average_months:
        return ()
    message = f"{law.title} prescribes {law.prescribes}; this basis uses segment rates"
    return (Caution("not_a_segment_measure", message),)


def _derived(plan_year: int) -> Caution:
    message = (
        f"the 25-year averages for plan year {plan_year} were computed from the monthly rates "
        "given, not taken from the notices"
    )
    return Caution("derived_25_year_averages", message)
