"""From proxies, official values and an index to what a roll-forward runs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from defease.arrays import FloatArray, frozen_floats, read_only
from defease.cashflows import FlowKind
from defease.dates import to_date
from defease.errors import Caution, InputError, Problem, bad_input
from defease.liability_index import Amounts
from defease.performance import (
    MarketMoves,
    OfficialValues,
    Step,
    aligned_returns,
    dated_returns,
    linked_by_month,
    market_moves,
    official_values,
)
from defease.performance.series import month_numbers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from defease.arrays import DateArray
    from defease.inputs.official_file import OfficialFigure
    from defease.inputs.performance_files import MonitoringInputs, Proxy
    from defease.services.index import IndexStudy


@dataclass(frozen=True, eq=False)
class Estimated:
    """What the roll-forward rests on.

    Attributes
    ----------
    classes
        Names of the columns of `moves.class_returns`.
    moves
        Months of the index for which every proxy has a return.
    officials
        Official values known on the day asked, in order of date.
    stated
        Whether the liability of each official value is the file's own (else the index's).
    """

    classes: tuple[str, ...]
    moves: MarketMoves
    officials: tuple[OfficialValues, ...]
    stated: tuple[bool, ...]
    cautions: tuple[Caution, ...]


def months_of_proxies(
    proxies: Mapping[str, Proxy], dates: DateArray
) -> tuple[FloatArray, DateArray]:
    """Returns of each class by month of the index, shape (months, classes), and the month ends.

    Daily returns are linked within their month; the months are those that every proxy covers, and
    a month missing inside a proxy is refused by name.

    Examples
    --------
    >>> days = np.array(["2025-01-31", "2025-02-28", "2025-03-31"], dtype="datetime64[D]")
    >>> daily = np.array(["2025-02-03", "2025-02-04"], dtype="datetime64[D]")
    >>> returns, ends = months_of_proxies({"cash": (daily, np.array([0.1, 0.1]))}, days)
    >>> returns.round(12).tolist(), ends.astype(str).tolist()
    ([[0.21]], ['2025-02-28'])
    """
    linked = {name: linked_by_month(dated_returns(*proxy)) for name, proxy in proxies.items()}
    first = max(proxy.dates[0] for proxy in linked.values()).astype("datetime64[M]")
    before = to_date(first.astype("datetime64[D]") - np.timedelta64(1, "D"))
    found = aligned_returns(linked, step=Step.MONTHLY, after=before)
    months, ends = month_numbers(found.dates), month_numbers(dates[1:])
    _, rows, places = np.intersect1d(months, ends, return_indices=True)
    return read_only(found.returns[rows]), read_only(dates[1:][places])


def moves_of(study: IndexStudy, proxies: Mapping[str, Proxy]) -> MarketMoves:
    """Proxy returns beside the index's returns and payments, month by month."""
    index = study.index
    returns, ends = months_of_proxies(proxies, index.dates)
    if not len(ends):
        what = f"cover no month of the index ({index.dates[0]} to {index.dates[-1]})"
        raise bad_input(
            where="monitoring.proxies", what=what, remedy="give returns of the same months"
        )
    places = np.searchsorted(index.dates, ends) - 1
    owed = index.total.total_returns
    if np.ma.getmaskarray(owed)[places].any():
        what = "the index has no return in some of the months"
        raise bad_input(where="liability index", what=what, remedy='set index.amounts = "gross"')
    received = expected_contributions(study, index.dates)[places]
    return market_moves(
        ends,
        class_returns=returns,
        liability_returns=owed.data[places],
        benefits=-index.benefit_paid[places],
        contributions=received,
        # on the net index a contribution received leaves less to come: the liability rises by it
        service_cost=index.contributions[places],
    )


def expected_contributions(study: IndexStudy, dates: DateArray) -> FloatArray:
    """Contributions expected between dates, whether or not the index counts them."""
    index = study.index
    if study.inputs.amounts is Amounts.NET and len(dates) == len(index.dates):
        return index.contributions
    flows = study.inputs.projections[0].flows
    chosen = flows.kinds == FlowKind.CONTRIBUTIONS
    return paid_between(flows.dates[chosen], flows.amounts[chosen], dates)


def paid_between(days: DateArray, amounts: FloatArray, dates: DateArray) -> FloatArray:
    """Sums of amounts by the period in which they fall, shape (dates - 1,)."""
    month = np.searchsorted(dates, days) - 1
    inside = (month >= 0) & (month < len(dates) - 1)
    sums = np.bincount(month[inside], weights=amounts[inside], minlength=len(dates) - 1)
    return frozen_floats(sums, name="amounts by period")


def officials_of(
    figures: Sequence[OfficialFigure],
    study: IndexStudy,
    *,
    weights: Mapping[str, float],
    classes: tuple[str, ...],
) -> tuple[tuple[OfficialValues, ...], tuple[bool, ...]]:
    """Official values with their weights; a liability not stated is the index's on that day."""
    found: list[OfficialValues] = []
    problems: list[Problem] = []
    dates = set(study.index.dates.astype(object).tolist())
    for figure in figures:
        if figure.date not in dates:
            what = f"{figure.date} is no month end of the index"
            span = f"{study.inputs.start} to {study.end}"
            remedy = f"give values of month ends from {span}, or more curves"
            problems.append(Problem("official values", what, remedy))
            continue
        shares = figure.weights or weights
        owed = figure.liabilities
        if owed is None:
            owed = float(study.index.total.present_values[study.index.place_of(figure.date)])
        try:
            found.append(
                official_values(
                    figure.date,
                    assets=figure.assets,
                    liabilities=owed,
                    weights=[shares.get(name, 0.0) for name in classes],
                )
            )
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(found), tuple(figure.liabilities is not None for figure in figures)


def last_roll_date(moves: MarketMoves, asked: dt.date | None) -> dt.date:
    """The date to roll to: the last one known, or the last on or before the day asked."""
    ends = [to_date(day) for day in moves.dates]
    if asked is None:
        return ends[-1]
    before = [day for day in ends if day <= asked]
    if not before or asked > ends[-1]:
        what = f"{asked} lies outside the periods that index and proxies cover"
        remedy = f"choose a date from {ends[0]} to {ends[-1]}, or add curves and proxy returns"
        raise bad_input(where="--to", what=what, remedy=remedy)
    return before[-1]


def _within_proxies(
    known: Sequence[OfficialFigure], study: IndexStudy, moves: MarketMoves
) -> tuple[list[OfficialFigure], list[Caution]]:
    """Official values from which every month is covered; what proxies that are short leave out."""
    first, last = to_date(moves.dates[0]), to_date(moves.dates[-1])
    opening = to_date(study.index.dates[study.index.dates < moves.dates[0]][-1])
    early = [figure.date for figure in known if study.inputs.start <= figure.date < opening]
    used = [figure for figure in known if figure.date not in early]
    if not used:
        what = f"begin with {first:%Y-%m}, the last official value is of {early[-1]}"
        remedy = "give the proxies' returns of every month after it"
        raise bad_input(where="monitoring.proxies", what=what, remedy=remedy)
    found = []
    if early:
        named = ", ".join(day.isoformat() for day in early)
        message = f"the proxies begin with {first:%Y-%m}: official values of {named} are not used"
        found.append(Caution("proxies_begin_late", message))
    if last < study.end:
        message = f"the proxies end with {last:%Y-%m}, the index on {study.end}"
        found.append(Caution("proxies_end_early", message))
    return used, found


def estimated(
    given: MonitoringInputs,
    study: IndexStudy,
    known: Sequence[OfficialFigure],
    *,
    weights: Mapping[str, float],
    moves: MarketMoves,
) -> Estimated:
    """Everything a roll-forward needs, checked."""
    classes = tuple(given.proxies)
    if not weights and any(not figure.weights for figure in known):
        raise bad_input(
            where="plan.toml: assets.allocation",
            what="is missing, and the official values carry no weights",
            remedy="give [[assets.allocation]], or a column for each class in the official values",
        )
    used, cautions = _within_proxies(known, study, moves)
    officials, stated = officials_of(used, study, weights=weights, classes=classes)
    cautions = [*given.cautions, *cautions]
    if not any(figure.weights for figure in known):
        message = (
            "the official values carry no weights by class: each starts from the weights of "
            "[[assets.allocation]]"
        )
        cautions.append(Caution("weights_of_the_plan", message))
    return Estimated(classes, moves, officials, stated, tuple(cautions))
