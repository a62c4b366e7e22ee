"""What a desk does after the first day: trades from current holdings, credit events, backtests."""

from defease.matching.desk.backtest import Backtest, BacktestMonth, BacktestRules, backtest
from defease.matching.desk.book import MissedPayment
from defease.matching.desk.credit import (
    CreditEvent,
    Default,
    PartialDefault,
    Shortfall,
    credit_event,
)
from defease.matching.desk.hedges import HedgeRatios, hedge_ratios
from defease.matching.desk.monthly import (
    MonthlyRules,
    SolvedMonth,
    monthly_matches,
    solve_month,
)
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
    "Backtest",
    "BacktestMonth",
    "BacktestRules",
    "CreditEvent",
    "CurrentPortfolio",
    "Default",
    "ForcedSale",
    "HedgeRatios",
    "MissedPayment",
    "MonthlyRules",
    "NoSales",
    "NoTrades",
    "NotTrading",
    "PartialDefault",
    "Rebalance",
    "Shortfall",
    "Side",
    "SolvedMonth",
    "Trade",
    "TradeList",
    "TradeReasons",
    "TradingCosts",
    "TradingPrices",
    "backtest",
    "credit_event",
    "hedge_ratios",
    "monthly_matches",
    "rebalance",
    "rebalanced",
    "solve_month",
    "trade_file",
    "trade_list",
    "trading_prices",
]
