"""The custom liability index: a plan's own payments, priced month after month, as a benchmark."""

from defease.liability_index.curves_by_date import CurvesByDate, DatedCurves, dated_curves
from defease.liability_index.index import LiabilityIndex, liability_index
from defease.liability_index.inflation import (
    Indexation,
    PriceIndex,
    expected_inflation,
    price_index,
)
from defease.liability_index.linking import LinkedReturn, Period, linked_return, period_return
from defease.liability_index.many_plans import IndexGrid, index_many_plans
from defease.liability_index.month_rows import IndexMonth, month_rows
from defease.liability_index.parts import CarryConvention, GrowthLines, IndexPart, RateSplit
from defease.liability_index.projections import Projection, ProjectionChange
from defease.liability_index.spreading import SpreadingEffect, spread_monthly, spreading_effect
from defease.liability_index.statistics import (
    PartSensitivities,
    PartStatistics,
    sensitivities_on,
    statistics_on,
)
from defease.liability_index.structure import DEFAULT_SEGMENTS, Amounts, IndexStructure, Span

__all__ = [
    "DEFAULT_SEGMENTS",
    "Amounts",
    "CarryConvention",
    "CurvesByDate",
    "DatedCurves",
    "GrowthLines",
    "IndexGrid",
    "IndexMonth",
    "IndexPart",
    "IndexStructure",
    "Indexation",
    "LiabilityIndex",
    "LinkedReturn",
    "PartSensitivities",
    "PartStatistics",
    "Period",
    "PriceIndex",
    "Projection",
    "ProjectionChange",
    "RateSplit",
    "Span",
    "SpreadingEffect",
    "dated_curves",
    "expected_inflation",
    "index_many_plans",
    "liability_index",
    "linked_return",
    "month_rows",
    "period_return",
    "price_index",
    "sensitivities_on",
    "spread_monthly",
    "spreading_effect",
    "statistics_on",
]
