"""One function per user task: inputs to results to a document; what every interface calls."""

from defease.services.attribute import attribute
from defease.services.check import check
from defease.services.exhaust import exhaust
from defease.services.fund import fund
from defease.services.index import index
from defease.services.market import market_list, market_update
from defease.services.match import match, write_trades
from defease.services.monitor import monitor
from defease.services.port import port
from defease.services.report import report
from defease.services.rivals import rivals
from defease.services.samples import copy_sample
from defease.services.schemas import schema_text
from defease.services.stress import stress
from defease.services.task import Plot, Run, TaskResult
from defease.services.value import value

__all__ = [
    "Plot",
    "Run",
    "TaskResult",
    "attribute",
    "check",
    "copy_sample",
    "exhaust",
    "fund",
    "index",
    "market_list",
    "market_update",
    "match",
    "monitor",
    "port",
    "report",
    "rivals",
    "schema_text",
    "stress",
    "value",
    "write_trades",
]
