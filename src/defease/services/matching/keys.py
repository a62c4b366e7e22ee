"""A matched portfolio and what stands beside it as the keys of the JSON interface."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from defease.matching.slices import HorizonCurve

if TYPE_CHECKING:
    from defease.arrays import FloatArray
    from defease.matching import (
        BuyoutComparison,
        LotMatch,
        MatchResult,
        Rebalance,
        ReportedRisk,
        RivalComparison,
        Savings,
        TradeList,
    )
    from defease.services.matching.beside import Beside, Prices

Row = dict[str, Any]


def portfolio_keys(result: MatchResult) -> Row:
    """Holdings, ladder, prices and proof of a portfolio."""
    certificate = result.certificate
    return {
        "future_value": result.future_value,
        "horizon_years": result.horizon_years,
        "percent_of_total": result.percent_of_total,
        "settlement": result.settlement,
        "last_date": result.last_date,
        "initial_cash": result.initial_cash,
        "trading_cost": result.trading_cost,
        "holdings": _holding_keys(result),
        "ladder": _ladder_keys(result),
        "implied_discount_factors": [
            {"date": day, "discount_factor": float(factor)}
            for day, factor in zip(result.dates.tolist(), result.discount_factors, strict=True)
        ],
        "limit_prices": [
            {
                "family": p.family,
                "group": p.group,
                "share": p.share,
                "saving_per_point": p.saving_per_point,
                "sentence": p.sentence,
            }
            for p in result.limit_prices
        ],
        "certificate": {
            "primal_residual": certificate.primal,
            "dual_residual": certificate.dual,
            "duality_gap": certificate.gap,
            "gap_bp": certificate.gap * 1e4,
        },
        "uncovered": [],
        "excluded": [
            {"identifier": e.identifier, "reason": e.reason.value} for e in result.excluded
        ],
    }


def _rows(columns: dict[str, Any]) -> list[Row]:
    listed = [c.tolist() if hasattr(c, "tolist") else list(c) for c in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*listed, strict=True)]


def _finite(values: FloatArray) -> list[float | None]:
    """The same values, null where no portfolio gives a number."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _holding_keys(result: MatchResult) -> list[Row]:
    held = result.holdings
    columns = (held.identifiers, held.faces, held.prices, held.costs, held.weights)
    names = ("identifier", "face", "price", "cost", "weight")
    return _rows(dict(zip(names, columns, strict=True)))


def _ladder_keys(result: MatchResult) -> list[Row]:
    ladder = result.ladder
    return _rows(
        {
            "date": result.dates,
            "payment": ladder.payments,
            "income": ladder.income,
            "principal": ladder.principal,
            "interest": ladder.interest,
            "borrowed": ladder.borrowed,
            "repaid": ladder.repaid,
            "released": ladder.released,
            "cash_after": ladder.cash_after,
        }
    )


def savings_keys(savings: Savings) -> Row:
    """The split of what matching saves."""
    amounts = savings.amounts
    return {
        "basis": savings.basis,
        "versus_future_value": savings.versus_future_value,
        "versus_future_value_per_year": savings.versus_future_value_per_year,
        "versus_basis": dict(savings.versus_basis),
        "time_value": savings.time_value,
        "yield_pickup_bp": savings.yield_pickup_bp,
        "after_default_haircut": savings.after_default_haircut,
        "amounts": {
            "future_value": amounts.future_value,
            "pv_risk_free": amounts.pv_risk_free,
            "pv_basis": amounts.pv_basis,
            "cost": amounts.cost,
        },
    }


def trade_keys(trades: TradeList) -> list[Row]:
    """Every trade as a row."""
    return [
        {
            "side": trade.side.value,
            "identifier": trade.identifier,
            "issuer": trade.issuer,
            "face": trade.face,
            "clean_price": trade.clean_price,
            "accrued_interest": trade.accrued_interest,
            "transaction_cost": trade.transaction_cost,
            "settlement_amount": trade.settlement_amount,
            "reason": trade.reason,
        }
        for trade in trades.trades
    ]


def rebalance_keys(found: Rebalance) -> Row:
    """What the trades from current holdings need, and what not trading would cost."""
    return {
        "cash_needed": found.cash_needed,
        "cash_available": found.cash_available,
        "market_value_held": found.market_value_held,
        "covers_without_trading": found.not_trading.covers,
        "cash_if_kept": found.not_trading.cash_if_kept,
        "cash_with_top_up": found.not_trading.cash_with_top_up,
        "savings_from_trading": found.savings_from_trading,
        "forced_sales": [asdict(sale) for sale in found.forced_sales],
    }


def lot_keys(found: LotMatch) -> Row:
    """How the whole pieces were found and how far they are from the bound."""
    return {
        "cost": found.cost,
        "tickets": found.tickets,
        "linear_cost": found.linear_cost,
        "cost_of_rules": found.cost_of_rules,
        "bound": found.bound,
        "gap_bp": found.gap_bp,
        "relative_gap_asked": found.relative_gap,
        "names": found.names,
        "found_by": found.found_by.value,
        "time_limit": found.time_limit,
        "sentence": found.summary,
    }


def sweep_keys(curve: HorizonCurve) -> list[Row]:
    """One row a horizon."""
    shares, funded = curve.cost_shares, curve.funded_shares
    none = [None] * len(curve.costs)
    return _rows(
        {
            "date": curve.dates,
            "horizon_years": curve.years,
            "cost": curve.costs,
            "cost_share": none if shares is None else shares,
            "funded_share": none if funded is None else funded,
            "first_unfunded": curve.first_unfunded,
        }
    )


def rival_keys(found: RivalComparison) -> list[Row]:
    """One row a rival, matching first; refused rules carry their reason."""
    shocks = [shock.name for shock in found.shocks]
    rows: list[Row] = [
        {
            "rule": row.rule.value,
            "cost": row.cost,
            "present_value": row.present_value,
            "surplus_changes": dict(zip(shocks, row.surplus_changes.tolist(), strict=True)),
            "surplus_changes_on_curve": dict(
                zip(shocks, row.surplus_changes_on_curve.tolist(), strict=True)
            ),
            "negative_dates": row.run_off.negative_dates,
            "worst_balance": row.run_off.worst_balance,
            "refused": None,
            "sentence": row.sentence,
        }
        for row in found.rows
    ]
    return rows + [{"rule": one.rule.value, "refused": one.reason} for one in found.refused]


def reported_keys(found: ReportedRisk) -> Row:
    """Reported status under shocks."""
    return {
        "basis": found.basis,
        "assets": found.assets,
        "liabilities": found.liabilities,
        "every_payment_covered": found.every_payment_covered,
        "changes": [asdict(change) for change in found.changes],
        "sentence": found.sentence,
    }


def buyout_keys(found: BuyoutComparison) -> Row:
    """Three amounts, each with what stays open."""
    return {
        "options": [
            {
                "way": option.way.value,
                "amount": option.amount,
                "rule": option.rule,
                "open_risks": [risk.value for risk in option.open_risks],
            }
            for option in found.options
        ],
        "run_off": asdict(found.run_off),
        "sentence": found.sentence,
    }


def price_keys(found: Prices) -> Row:
    """Implied rates, limits moved both ways, payments priced from both sides, bargains."""
    implied = found.implied
    return {
        "degenerate": found.degenerate,
        "implied_rates": _rows(
            {
                "date": implied.dates,
                "spot_rate": implied.spot_rates,
                "forward_rate": implied.forward_rates,
            }
        ),
        "limit_steps": None if found.limits is None else [asdict(one) for one in found.limits],
        "payment_prices": None
        if found.payments is None
        else _rows(
            {
                "period": found.payments.periods,
                "paying_more": _finite(found.payments.paying_more),
                "paying_less": _finite(found.payments.paying_less),
            }
        ),
        "bonds": [
            {
                "identifier": value.identifier,
                "standing": value.standing.value,
                "reason": value.reason,
                "price": value.price,
                "worth": value.worth,
                "richness": value.richness,
            }
            for value in found.bonds
            if value.standing.value != "held"
        ],
    }


def beside_keys(found: Beside) -> Row:
    """All that stands beside the portfolio; empty lists and null where not asked for."""
    return {
        "sweep": [] if found.curve is None else sweep_keys(found.curve),
        "rivals": [] if found.rivals is None else rival_keys(found.rivals),
        "reported": None if found.reported is None else reported_keys(found.reported),
        "buyout": None if found.buyout is None else buyout_keys(found.buyout),
        "prices": price_keys(found.prices),
    }
