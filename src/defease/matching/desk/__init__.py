"""What a desk does after the first day: trades from current holdings, credit events, backtests."""

from defease.matching.desk.hedges import HedgeRatios, hedge_ratios
from defease.matching.desk.portfolio import (
    CurrentPortfolio,
    ForcedSale,
    TradingCosts,
    TradingPrices,
    trading_prices,
)
from defease.matching.desk.rebalance import (
    NoSales,
    NoTrades,
    NotTrading,
    Rebalance,
    rebalance,
    rebalanced,
)
from defease.matching.desk.trades import (
    COLUMNS,
    Side,
    Trade,
    TradeList,
    TradeReasons,
    trade_file,
    trade_list,
)

__all__ = [
    "COLUMNS",
    "CurrentPortfolio",
    "ForcedSale",
    "HedgeRatios",
    "NoSales",
    "NoTrades",
    "NotTrading",
    "Rebalance",
    "Side",
    "Trade",
    "TradeList",
    "TradeReasons",
    "TradingCosts",
    "TradingPrices",
    "hedge_ratios",
    "rebalance",
    "rebalanced",
    "trade_file",
    "trade_list",
    "trading_prices",
]
