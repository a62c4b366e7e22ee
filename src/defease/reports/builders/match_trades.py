"""What to buy and sell, the money it needs, and the ladder and hedges before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from defease.matching.desk import Rebalance, Side
from defease.reports.builders.words import listed, money, percent
from defease.reports.charts import before_after_bars, key_rate_bars
from defease.reports.document import (
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Spec,
    Table,
    Tone,
    data_table,
)
from defease.reports.formats import (
    LABEL,
    MONEY,
    PERCENT,
    PRICE,
    TEXT,
    YEARS,
    settled_for_axis,
    unit_of,
)

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.matching.desk import HedgeRatios, Trade, TradeList
    from defease.matching.runoff import RunOff

MOST_TRADES = 25
"""Trades printed, largest first; the file for the custodian has all of them."""
SHORTFALL = 1e-6


def trades_section(
    found: Rebalance | TradeList, currency: str, *, hedges: HedgeRatios | None = None
) -> Section:
    """The trades of one day; of a rebalanced portfolio also what they cost, save and change."""
    if not isinstance(found, Rebalance):
        return Section("Trades", [Paragraph(_trade_words(found, currency)), *_trade_tables(found)])
    trades = found.trades
    blocks: list[Block] = [
        _tiles(found),
        Paragraph(f"{_trade_words(trades, currency)} {_money_words(found, currency)}"),
        *_not_trading(found, currency),
        *_trade_tables(trades),
        *_forced(found, currency),
        _ladder_figure(found, currency),
    ]
    if hedges is not None:
        blocks += _hedge_blocks(hedges, currency)
    return Section("Trades from current holdings", blocks)


def _tiles(found: Rebalance) -> KeyFigures:
    freed = found.cash_needed < 0.0
    trades = found.trades
    figures = [
        KeyFigure(
            "Money set free" if freed else "Money to be added",
            abs(found.cash_needed),
            MONEY,
            note="after every trade and payment due at settlement",
        ),
        KeyFigure("Purchases", trades.bought, MONEY, note="with accrued interest and fees"),
        KeyFigure("Sales", trades.sold, MONEY, note="with accrued interest, after fees"),
        KeyFigure("Accrued interest", trades.accrued_interest, MONEY, note="paid less received"),
    ]
    if found.savings_from_trading is not None:
        note = "against buying alone, nothing sold"
        figures.append(KeyFigure("Saved by selling", found.savings_from_trading, MONEY, note=note))
    return KeyFigures(figures)


def _trade_words(trades: TradeList, currency: str) -> str:
    if not len(trades):
        return f"There is nothing to trade on {trades.settlement}."
    buys = sum(trade.side is Side.BUY for trade in trades.trades)
    net = trades.net_amount
    way = "take" if net >= 0.0 else "bring"
    return (
        f"{len(trades)} trades settle on {trades.settlement}: {buys} purchases for "
        f"{money(trades.bought, currency)} and {len(trades) - buys} sales for "
        f"{money(trades.sold, currency)}. On balance they {way} {money(abs(net), currency)}, "
        f"fees of {money(trades.transaction_costs, currency)} included."
    )


def _money_words(found: Rebalance, currency: str) -> str:
    available = money(found.cash_available, currency)
    amount = money(abs(found.cash_needed), currency)
    if found.cash_needed > 0.0:
        return f"With {available} of cash and forced sales at hand, {amount} has to be added."
    return f"With {available} of cash and forced sales at hand, {amount} is set free."


def _not_trading(found: Rebalance, currency: str) -> list[Block]:
    """What leaving the portfolio as it is would cost."""
    kept = found.not_trading
    words = (
        "The holdings as they are, with the cash at hand, pay everything."
        if kept.covers
        else _shortfall_words(found, currency)
    )
    rows: list[list[Cell]] = [
        ["Buying and selling", found.cash_needed],
        ["Buying alone, nothing sold", kept.cash_with_top_up],
        ["Keeping every bond, cash alone", kept.cash_if_kept],
    ]
    note = (
        "Money to be added in each case, in parentheses what is set free; a dash: the limits or "
        "the rules for cash allow no such portfolio. Limits are not asked of a portfolio kept as "
        "it is."
    )
    columns = [Column("way", "Way", LABEL), Column("amount", "Money to be added", MONEY)]
    table = Table("The cost of not trading", columns, rows, note=note)
    tone = Tone.NEUTRAL if kept.covers else Tone.WARN
    return [Callout(words, tone), table]


def _shortfall_words(found: Rebalance, currency: str) -> str:
    """The first date on which the holdings before trading, with their cash, do not pay."""
    cash = found.ladder_before.cash_after
    room = SHORTFALL * float(np.abs(found.ladder_before.payments).max(initial=1.0))
    short = np.flatnonzero(cash < -room)
    if not len(short):
        return "The holdings as they are do not pay everything under the rules for cash."
    first = found.result.dates[short[0]]
    return (
        f"Left as they are, the holdings run short of cash on {first}, at worst by "
        f"{money(-float(cash.min()), currency)}."
    )


def _trade_tables(trades: TradeList) -> list[Block]:
    if not len(trades):
        return []
    largest = sorted(trades.trades, key=lambda trade: -abs(trade.settlement_amount))[:MOST_TRADES]
    others = len(trades) - len(largest)
    columns = [
        Column("side", "Side", TEXT),
        Column("identifier", "Identifier", TEXT),
        Column("face", "Face", MONEY),
        Column("price", "Clean price", PRICE),
        Column("accrued", "Accrued", MONEY),
        Column("fees", "Fees", MONEY),
        Column("amount", "Settlement", MONEY),
        Column("reason", "Why", TEXT),
    ]
    rows = [_trade_row(trade) for trade in largest]
    totals = [_sum_row("Purchases", trades, Side.BUY), _sum_row("Sales", trades, Side.SELL)]
    note = "Clean prices per 100 face; settlement: paid for a purchase, received for a sale."
    if others:
        note += f" The {len(largest)} largest of {len(trades)}; the file of trades has all."
    return [Table("Trades", columns, [*rows, *totals], note=note, totals=[-2, -1])]


def _trade_row(trade: Trade) -> list[Cell]:
    return [
        trade.side.value,
        trade.identifier,
        trade.face,
        trade.clean_price,
        trade.accrued_interest,
        trade.transaction_cost,
        trade.settlement_amount,
        trade.reason,
    ]


def _sum_row(name: str, trades: TradeList, side: Side) -> list[Cell]:
    of_side = [trade for trade in trades.trades if trade.side is side]
    return [
        name,
        f"{len(of_side)} trades",
        sum(trade.face for trade in of_side),
        None,
        sum(trade.accrued_interest for trade in of_side),
        sum(trade.transaction_cost for trade in of_side),
        sum(trade.settlement_amount for trade in of_side),
        "",
    ]


def _forced(found: Rebalance, currency: str) -> list[Block]:
    if not found.forced_sales:
        return []
    proceeds = sum(sale.proceeds for sale in found.forced_sales)
    reasons = listed(sorted({sale.reason for sale in found.forced_sales}))
    words = (
        f"{len(found.forced_sales)} holdings may not stay and are sold for "
        f"{money(proceeds, currency)}: {reasons}."
    )
    columns = [
        Column("identifier", "Identifier", TEXT),
        Column("face", "Face", MONEY),
        Column("proceeds", "Proceeds", MONEY),
        Column("reason", "Why", TEXT),
    ]
    rows: list[list[Cell]] = [
        [sale.identifier, sale.face, sale.proceeds, sale.reason]
        for sale in found.forced_sales[:MOST_TRADES]
    ]
    note = "" if len(rows) == len(found.forced_sales) else f"The first {len(rows)}."
    return [Callout(words, Tone.WARN), Table("Forced sales", columns, rows, note=note)]


def _ladder_figure(found: Rebalance, currency: str) -> Figure:
    years, due = _yearly(found, found.ladder_after.payments)
    bars = {
        "receipts before": _yearly(found, _receipts(found.ladder_before))[1],
        "receipts after": _yearly(found, _receipts(found.ladder_after))[1],
    }
    chart = before_after_bars(years, bars, due, currency=currency)
    cash = {
        "cash before": _last_of_years(found, found.ladder_before.cash_after),
        "cash after": _last_of_years(found, found.ladder_after.cash_after),
    }
    columns: dict[str, list[int] | list[float]] = {
        "Year": years,
        "payments due": due,
        **bars,
        **cash,
    }
    data = data_table("Ladder before and after", columns, [LABEL, *[MONEY] * 5])
    caption = (
        "Coupons and principal of each calendar year before and after trading, beside the payments "
        "due; what a year lacks comes from cash carried over."
    )
    return Figure(caption, chart, data)


def _receipts(ladder: RunOff) -> FloatArray:
    return np.asarray(ladder.income + ladder.principal, dtype=np.float64)


def _calendar(found: Rebalance) -> tuple[list[int], FloatArray]:
    years = found.result.dates.astype("datetime64[Y]").astype(np.int64) + 1970
    return np.arange(years[0], years[-1] + 1).tolist(), years - years[0]


def _yearly(found: Rebalance, amounts: FloatArray) -> tuple[list[int], list[float]]:
    labels, places = _calendar(found)
    return labels, np.bincount(places, amounts, len(labels)).tolist()


def _last_of_years(found: Rebalance, balances: FloatArray) -> list[float]:
    """The balance after the last payment of each year; a year without one keeps the last."""
    labels, places = _calendar(found)
    last = np.searchsorted(places, np.arange(len(labels)), side="right") - 1
    return [float(balances[k]) for k in last.tolist()]


def _hedge_blocks(hedges: HedgeRatios, currency: str) -> list[Block]:
    columns = [
        Column("tenor", "Tenor", YEARS),
        Column("owed", "Payments", MONEY),
        Column("before", "Bonds before", MONEY),
        Column("after", "Bonds after", MONEY),
        Column("ratio_before", "Ratio before", PERCENT),
        Column("ratio_after", "Ratio after", PERCENT),
    ]
    parts = (hedges.liability, hedges.before, hedges.after)
    rows: list[list[Cell]] = [
        [float(tenor), *(float(part[k]) for part in parts), before, after]
        for k, (tenor, before, after) in enumerate(
            zip(hedges.tenors, hedges.by_tenor_before, hedges.by_tenor_after, strict=True)
        )
    ]
    sums: list[Cell] = [float(part.sum()) for part in parts]
    rows.append(["All", *sums, hedges.ratio_before, hedges.ratio_after])
    note = "Loss of value when one key rate rises by 1 bp; ratios: bonds over payments."
    table = Table("Hedge ratios before and after", columns, rows, note=note, totals=[-1])
    return [Figure(_hedge_caption(hedges), _hedge_chart(hedges, currency), table)]


def _hedge_chart(hedges: HedgeRatios, currency: str) -> Spec:
    parts = {
        "payments": hedges.liability,
        "bonds before": hedges.before,
        "bonds after": hedges.after,
    }
    axis = settled_for_axis(MONEY, np.concatenate(list(parts.values())).tolist())
    series = {name: (part / 10.0**axis.scale.power).tolist() for name, part in parts.items()}
    unit = unit_of(axis, currency=currency)
    return key_rate_bars(hedges.tenors, series, measure="Loss for 1 bp", unit=unit)


def _hedge_caption(hedges: HedgeRatios) -> str:
    before, after = hedges.ratio_before, hedges.ratio_after
    if before is None or after is None:
        return "Interest sensitivity of the payments and of the bonds, by maturity."
    return (
        f"The bonds carry {percent(after)} of the interest sensitivity of the payments after "
        f"trading, {percent(before)} before."
    )
