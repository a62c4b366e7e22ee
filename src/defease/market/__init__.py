"""Market data from publishers: files in their own layouts, two time axes, a cache, a downloader."""

from defease.market.cache import Arrival, MarketCache, Stored, arrival_of
from defease.market.facts import FactTable, Publication, Revision
from defease.market.gaps import MonthlyTable, monthly_table
from defease.market.home import home_folder
from defease.market.observations import (
    CurvePoints,
    Observations,
    Series,
    curve_points,
    differences,
    gathered,
)
from defease.market.providers import PROVIDERS, provider_named
from defease.market.reading import Dropped, FileReport, Provider, Reading, Security
from defease.market.segments import segment_window
from defease.market.update import downloadable, update

__all__ = [
    "PROVIDERS",
    "Arrival",
    "CurvePoints",
    "Dropped",
    "FactTable",
    "FileReport",
    "MarketCache",
    "MonthlyTable",
    "Observations",
    "Provider",
    "Publication",
    "Reading",
    "Revision",
    "Security",
    "Series",
    "Stored",
    "arrival_of",
    "curve_points",
    "differences",
    "downloadable",
    "gathered",
    "home_folder",
    "monthly_table",
    "provider_named",
    "segment_window",
    "update",
]
