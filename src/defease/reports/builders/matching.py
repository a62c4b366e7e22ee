"""The matched portfolio: cost, ladder, holdings, prices of limits, savings split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.reports.builders.words import label, money, percent
from defease.reports.charts import ladder_chart, savings_bar
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Formatted,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import (
    BASIS_POINTS,
    COUNT,
    DATE,
    LABEL,
    MONEY,
    PERCENT,
    PRICE,
    RATE,
    SCIENTIFIC,
    YEARS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defease.arrays import FloatArray
    from defease.matching import MatchResult, Savings

TOP_HOLDINGS = 15
LADDER_PARTS = ("income", "principal", "interest on cash", "carried cash used")


def matching_tiles(result: MatchResult, savings: Savings | None) -> KeyFigures:
    """What it costs, what it pays, and what of the difference is a saving."""
    tiles = [
        KeyFigure("Cost of the portfolio", result.cost, MONEY, note="bonds and initial cash"),
        KeyFigure("Payments it makes", result.future_value, MONEY, note=_until(result)),
        KeyFigure("Horizon", result.horizon_years, YEARS, note="last payment matched"),
    ]
    if savings is not None:
        saved = savings.versus_basis[savings.basis]
        note = f"cost against value on {label(savings.basis)}"
        tiles.append(KeyFigure("Saving", saved, PERCENT, note=note))
    tiles.append(
        KeyFigure("Bonds held", len(result.holdings), COUNT, note="names in the portfolio")
    )
    return KeyFigures(tiles)


def _until(result: MatchResult) -> str:
    return f"every payment to {result.last_date.isoformat()}"


def matching_section(result: MatchResult, savings: Savings | None, currency: str) -> Section:
    """The portfolio as a board reads it."""
    blocks: list[Block] = [Paragraph(_in_words(result, currency)), _ladder_figure(result, currency)]
    if result.funded_by_cash is not None:
        blocks.append(Callout(result.funded_by_cash.sentence, Tone.WARN))
    if savings is not None:
        blocks += savings_blocks(savings, currency)
    blocks += [_holdings_table(result), _rating_table(result), *_limit_blocks(result)]
    return Section("The matched portfolio", blocks)


def matching_details(result: MatchResult) -> Section:
    """The ladder date by date, what was not considered, and the proof."""
    blocks: list[Block] = [
        _ladder_table(result),
        *_excluded_blocks(result),
        certificate_block(result),
    ]
    return Section("Ladder, exclusions and proof", blocks)


def _in_words(result: MatchResult, currency: str) -> str:
    return (
        f"{money(result.cost, currency)} buys {len(result.holdings)} bonds and "
        f"{money(result.initial_cash, currency)} of cash that pay all {len(result.dates)} net "
        f"payments, {money(result.future_value, currency)} in all, from {result.dates[0]} to "
        f"{result.last_date.isoformat()}, within every limit.{_share_words(result)}"
    )


def _share_words(result: MatchResult) -> str:
    share = result.percent_of_total
    return "" if share is None else f" That is {percent(share)} of all net payments given."


def _yearly(result: MatchResult, amounts: FloatArray) -> tuple[list[int], list[float]]:
    years = result.dates.astype("datetime64[Y]").astype(np.int64) + 1970
    labels = np.arange(years[0], years[-1] + 1)
    sums = np.bincount(years - years[0], weights=amounts, minlength=len(labels))
    return labels.tolist(), sums.tolist()


def _ladder_figure(result: MatchResult, currency: str) -> Figure:
    ladder = result.ladder
    cash = np.concatenate([[result.initial_cash], ladder.cash_after])
    years, payments = _yearly(result, ladder.payments)
    drawn = [max(-change, 0.0) for change in _yearly(result, np.diff(cash))[1]]
    parts = (ladder.income, ladder.principal, ladder.interest)
    amounts = [*(_yearly(result, part)[1] for part in parts), drawn]
    sources = {
        name: series for name, series in zip(LADDER_PARTS, amounts, strict=True) if any(series)
    }
    chart = ladder_chart(years, payments, sources, currency=currency)
    caption = (
        "What pays each calendar year's payments: coupons, maturing bonds and cash carried over; "
        f"cash never falls below {money(ladder.lowest_cash, currency)}."
    )
    columns: dict[str, list[int] | list[float]] = {
        "Year": years,
        "payments due": payments,
        **sources,
    }
    data = data_table("Ladder by year", columns, [LABEL, *[MONEY] * (len(columns) - 1)])
    return Figure(caption, chart, data)


def savings_blocks(savings: Savings, currency: str) -> list[Block]:
    """The four numbers of the identity, so that time value is never called a saving."""
    amounts, basis = savings.amounts, label(savings.basis)
    parts = [
        ("time value at risk-free rates", amounts.time_value),
        (f"spread already in {basis}", amounts.spread_in_basis),
        (f"saving against {basis}", amounts.saving),
        ("cost of the portfolio", amounts.cost),
    ]
    total = ("future value of the payments", amounts.future_value)
    chart = savings_bar(total, parts, currency=currency)
    caption = (
        f"Of the {money(amounts.future_value - amounts.cost, currency)} between the payments and "
        f"their cost, {money(amounts.time_value, currency)} is time value at risk-free rates and "
        f"{money(amounts.saving, currency)} is saved against {basis}."
    )
    names, values = [total[0], *(n for n, _ in parts)], [total[1], *(v for _, v in parts)]
    data = data_table("Savings, split", {"Part": names, "Amount": values}, [LABEL, MONEY])
    return [Figure(caption, chart, data), _savings_table(savings)]


def _savings_table(savings: Savings) -> Table:
    per_year = savings.versus_future_value_per_year
    rows: list[list[Cell]] = [
        ["Against future value (mostly time value)", savings.versus_future_value],
        ["the same for each year of the horizon", per_year],
        ["Time value alone, risk-free rates", savings.time_value],
    ]
    rows += [[f"Against {label(name)}", share] for name, share in savings.versus_basis.items()]
    rows.append(
        [f"Against {label(savings.basis)}, after default haircut", savings.after_default_haircut]
    )
    rows.append(["Yield pick-up, bp", Formatted(savings.yield_pickup_bp, BASIS_POINTS)])
    note = "A saving is one less cost divided by the value named. Time value is not a saving."
    return Table(
        "What matching saves",
        [Column("against", "Measured against"), Column("saving", "Saving", RATE)],
        rows,
        note=note,
    )


def _holdings_table(result: MatchResult) -> Table:
    holdings, bonds = result.holdings, result.bonds
    columns = [
        Column("identifier", "Identifier"),
        Column("issuer", "Issuer"),
        Column("rating", "Rating"),
        Column("coupon", "Coupon", RATE),
        Column("maturity", "Maturity", DATE),
        Column("face", "Face", MONEY),
        Column("price", "Dirty price", PRICE),
        Column("weight", "Weight", PERCENT),
    ]
    rows: list[list[Cell]] = []
    for k, position in enumerate(holdings.positions[:TOP_HOLDINGS].tolist()):
        bond: list[Cell] = [
            holdings.identifiers[k],
            bonds.issuers[position],
            bonds.ratings[position],
            float(bonds.coupons[position]),
            bonds.maturities[position].astype("datetime64[D]").item(),
        ]
        amounts = (holdings.faces[k], holdings.prices[k], holdings.weights[k])
        rows.append([*bond, *(float(amount) for amount in amounts)])
    shown = float(holdings.weights[:TOP_HOLDINGS].sum())
    note = f"{len(rows)} of {len(holdings)} bonds, {percent(shown)} of the portfolio."
    return Table("Largest holdings", columns, rows, note=note)


def _rating_table(result: MatchResult) -> Table:
    holdings, bonds = result.holdings, result.bonds
    weights: dict[str, float] = {}
    counts: dict[str, int] = {}
    for k, position in enumerate(holdings.positions.tolist()):
        rating = bonds.ratings[position] or "unrated"
        weights[rating] = weights.get(rating, 0.0) + float(holdings.weights[k])
        counts[rating] = counts.get(rating, 0) + 1
    rows: list[list[Cell]] = [
        [rating, counts[rating], weight]
        for rating, weight in sorted(weights.items(), key=lambda item: -item[1])
    ]
    if result.initial_cash > 0 and result.portfolio_cost > 0:
        rows.append(["cash", None, result.initial_cash / result.portfolio_cost])
    columns = [Column("rating", "Rating"), Column("bonds", "Bonds", COUNT)]
    return Table("By rating", [*columns, Column("weight", "Weight", PERCENT)], rows)


def _limit_blocks(result: MatchResult) -> list[Block]:
    if not result.limit_prices:
        return [
            Paragraph(
                "No limit binds, or none was set: the portfolio would be the same without limits."
            )
        ]
    columns = [
        Column("limit", "Limit"),
        Column("share", "Share", PERCENT),
        Column("saving", "Saved by one point more", MONEY),
    ]
    priced = result.limit_prices[:TOP_HOLDINGS]
    rows: list[list[Cell]] = [
        [f"{p.family} {p.group}".strip(), p.share, p.saving_per_point] for p in priced
    ]
    note = "First order: what the next percentage point of a limit would save."
    return [Table("What the limits cost", columns, rows, note=note)]


def _ladder_table(result: MatchResult) -> Table:
    ladder = result.ladder
    columns = [Column("date", "Date", DATE)]
    columns += [
        Column(key, title, MONEY)
        for key, title in (
            ("payment", "Payment"),
            ("income", "Income"),
            ("principal", "Principal"),
            ("interest", "Interest"),
            ("released", "Released"),
            ("cash_after", "Cash after"),
        )
    ]
    parts: Sequence[FloatArray] = (
        ladder.payments,
        ladder.income,
        ladder.principal,
        ladder.interest,
        ladder.released,
        ladder.cash_after,
    )
    rows: list[list[Cell]] = [
        [day.astype("datetime64[D]").item(), *(float(part[k]) for part in parts)]
        for k, day in enumerate(result.dates)
    ]
    return Table("Ladder, payment by payment", columns, rows)


def _excluded_blocks(result: MatchResult) -> list[Block]:
    if not result.excluded:
        return [Paragraph("No bond of the universe was excluded.")]
    counts: dict[str, int] = {}
    for bond in result.excluded:
        counts[bond.reason.value] = counts.get(bond.reason.value, 0) + 1
    rows: list[list[Cell]] = [[reason, count] for reason, count in counts.items()]
    columns = [Column("reason", "Not considered because"), Column("bonds", "Bonds", COUNT)]
    return [Table("Bonds left out", columns, rows)]


def certificate_block(result: MatchResult) -> Table:
    """The solver is not believed: residuals of our own check."""
    certificate = result.certificate
    rows: list[list[Cell]] = [
        ["Payments and limits kept (primal)", certificate.primal],
        ["No cheaper bond left out (dual)", certificate.dual],
        ["Cost equals its lower bound (gap)", certificate.gap],
    ]
    note = "Relative residuals, computed apart from the solver; each must be at most 1e-8."
    columns = [Column("check", "Certificate"), Column("residual", "Residual", SCIENTIFIC)]
    return Table("Proof of optimality", columns, rows, note=note)
