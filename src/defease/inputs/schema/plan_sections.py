"""[plan], [assets], [liabilities], [files]: what the plan is, owns, owes, and how files read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from defease.inputs.schema.base import (
    Amount,
    Currency,
    FileName,
    Positive,
    Rate,
    Section,
    Text,
    Weight,
    YearEnd,
    sums_to_one,
    wrong,
)


class PlanSection(Section):
    """[plan]: name, valuation date and the bases that lead the report."""

    name: Text
    valuation_date: dt.date
    currency: Currency = "USD"
    kind: Literal["pension", "insurer", "individual"] = "pension"
    sponsor: Literal["public", "corporate", "multiemployer", "insurer", "household"] | None = None
    headline_basis: Text | None = None
    risk_free_basis: Text | None = None
    year_end: YearEnd | None = None


class AllocationWeight(Section):
    """One [[assets.allocation]]: an asset class and its weight."""

    asset_class: Text
    weight: Weight


def _whole_allocation(rows: list[AllocationWeight]) -> list[AllocationWeight]:
    names = [row.asset_class for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        wrong(f"names {', '.join(twice)} twice", "give every asset class one weight")
    if rows and (what := sums_to_one([row.weight for row in rows])):
        wrong(what, "write weights as decimals that sum to 1, such as 0.6 and 0.4")
    return rows


class AssetsSection(Section):
    """[assets]: market value or holdings, and the allocation."""

    market_value: Amount | None = None
    holdings: FileName | None = None
    actuarial_value: Amount | None = None
    credit_balance: Amount = 0.0
    allocation: Annotated[list[AllocationWeight], AfterValidator(_whole_allocation)] = Field(
        default_factory=list
    )


class PublishedFigure(Section):
    """One [[liabilities.published]]: a figure the actuary printed."""

    name: Text
    value: Amount
    rate: Rate | None = None
    as_of: dt.date | None = None


class LaterProjection(Section):
    """One [[liabilities.projection]]: a later actuarial projection, for the index."""

    effective: dt.date
    file: FileName


def _built_source(value: str) -> str:
    if value in {"census", "goals"}:
        wrong(f'"{value}" is not available in this version', 'use source = "cash_flows"')
    return value


class LiabilitiesSection(Section):
    """[liabilities]: the file of cash flows and how to read it."""

    source: Annotated[Literal["cash_flows", "census", "goals"], AfterValidator(_built_source)] = (
        "cash_flows"
    )
    file: FileName = "cash_flows.csv"
    sheet: Text | None = None
    timing: Literal["start_of_year", "mid_year", "end_of_year", "monthly", "dated"] | None = None
    unit: Positive = 1.0
    measure: Literal["accrued", "total"] = "accrued"
    illustration: Text | None = None
    published: list[PublishedFigure] = Field(default_factory=list)
    projection: list[LaterProjection] = Field(default_factory=list)


class FileSection(Section):
    """One [files."NAME"]: what the plan declares about the form of a file."""

    decimal: Literal[".", ","] | None = None
    dates: Literal["iso", "month_first", "day_first", "yyyymmdd"] | None = None
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] | None = None
    sheet: Text | None = None
