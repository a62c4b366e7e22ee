"""The look all charts share: palette, type, axes, and the frame of a specification."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from defease.reports.formats import Kind, settled_for_axis, symbol, unit_of
from defease.reports.values import internal_error, plain_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from defease.reports.document import Spec
    from defease.reports.formats import Format
    from defease.reports.values import Value

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.0.json"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH = 720

# Told apart by people with any kind of colour vision (after Okabe and Ito), in order of use.
PALETTE = ["#0b5c8a", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7a7a7a", "#5c4b9a"]
DASHES = [[1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [12, 4], [4, 4], [1, 3], [6, 2, 2, 2]]
INK = "#1d2733"
SOFT_INK = "#56616d"
RULE = "#dfe4e9"
NEGATIVE = "#b3261e"

_AFTER = {Kind.PERCENT: "%"}
_LABEL_WIDTH = 24

Row = dict[str, Any]
Layer = dict[str, Any]

_AXIS = {
    "labelColor": SOFT_INK, "titleColor": SOFT_INK, "labelFontSize": 11, "titleFontSize": 11,
    "titleFontWeight": "normal", "gridColor": RULE, "domainColor": "#9aa4ae",
    "tickColor": "#9aa4ae", "titlePadding": 8, "labelPadding": 4,
}  # fmt: skip
_LEGEND = {
    "orient": "top", "direction": "horizontal", "title": None, "labelColor": INK,
    "labelFontSize": 11.5, "labelLimit": 0, "symbolStrokeWidth": 3,
    "columnPadding": 18, "offset": 6,
}  # fmt: skip
_CONFIG = {
    "aria": False, "font": FONT, "background": "#ffffff", "view": {"stroke": None}, "axis": _AXIS,
    "legend": _LEGEND, "axisX": {"grid": False}, "axisY": {"domain": False, "ticks": False},
    "range": {"category": PALETTE},
    "bar": {"stroke": None}, "text": {"color": INK, "fontSize": 11.5},
}  # fmt: skip


def framed(description: str, *, data: Sequence[Row], layers: Sequence[Layer], height: int) -> Row:
    """A whole specification: layers over the same rows, in the common look."""
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 6, "top": 6, "right": 22, "bottom": 6},
        "data": {"values": list(data)},
        "layer": list(layers),
        "config": _CONFIG,
    }


def axis_money(amounts: Iterable[Value], style: Format) -> Format:
    """One scale for all amounts of a chart."""
    return settled_for_axis(style, amounts)


def scaled(value: float | None, style: Format) -> float | None:
    """A number in the units of its axis: amounts in the chosen scale, shares in percent."""
    if value is None:
        return None
    power = {Kind.MONEY: -style.scale.power, Kind.PERCENT: 2}.get(style.kind, 0)
    return value * 10.0**power if power >= 0 else value / 10.0**-power


def axis_title(words: str, style: Format, *, currency: str) -> str:
    """What the axis measures and in which unit: "Assets, $ billions"."""
    unit = "percent" if style.kind is Kind.PERCENT else unit_of(style, currency=currency)
    return f"{words}, {unit}" if unit else words


def tick_expression(style: Format, *, currency: str) -> str:
    """How the axis writes a tick: $200bn, 80%, 1,500."""
    number = "format(abs(datum.value), ',~f')"
    zero = json.dumps(f"{symbol(currency)}0" if style.kind is Kind.MONEY else "0")
    before = json.dumps(symbol(currency)) if style.kind is Kind.MONEY else "''"
    after = json.dumps(
        style.scale.short if style.kind is Kind.MONEY else _AFTER.get(style.kind, "")
    )
    written = f"(datum.value < 0 ? '-' : '') + {before} + {number} + {after}"
    return f"datum.value == 0 ? {zero} : {written}"


def value_axis(words: str, style: Format, *, currency: str) -> Row:
    """The axis of a measured quantity."""
    return {
        "title": axis_title(words, style, currency=currency),
        "labelExpr": tick_expression(style, currency=currency),
        "tickCount": 6,
        "labelOverlap": True,
        "labelSeparation": 8,
    }


def series_color(names: Sequence[str], colors: Sequence[str] = ()) -> Row:
    """Colour by series, in the order the series are given."""
    chosen = [*colors, *PALETTE][: len(names)]
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": list(names), "range": chosen},
        "legend": {"columns": _legend_columns(names, WIDTH)},
    }


def at_width(spec: Spec, width: int) -> Spec:
    """The same chart in another width, with a legend whose names all fit beside each other."""
    return {**spec, "width": width, "layer": [_layer_at(layer, width) for layer in spec["layer"]]}


def _layer_at(layer: Layer, width: int) -> Layer:
    color = layer.get("encoding", {}).get("color", {})
    if not color.get("legend"):
        return layer
    legend = {**color["legend"], "columns": _legend_columns(color["scale"]["domain"], width)}
    return {**layer, "encoding": {**layer["encoding"], "color": {**color, "legend": legend}}}


def _legend_columns(names: Sequence[str], width: int) -> int:
    """How many names of the longest length fit beside each other, axis and margins allowed for."""
    longest = max((len(name) for name in names), default=0)
    return max(1, (width - 90) // (44 + 7 * longest))


def year_axis(years: Sequence[int], *, title: str = "Plan year") -> Row:
    """An axis of years that labels about ten round ones."""
    step = next((s for s in (1, 2, 5, 10, 20, 50) if len(years) / s <= 12), 100)
    labelled = [year for year in years if year % step == 0] or list(years[:1])
    return {
        "title": title,
        "values": labelled,
        "labelAngle": 0,
        "labelOverlap": True,
        "labelSeparation": 8,
    }


def label_of(name: str) -> str:
    """A name broken into short lines, for an axis of names."""
    return "\n".join(textwrap.wrap(name, _LABEL_WIDTH)) or name


def name_axis(names: Sequence[str]) -> Row:
    """The vertical axis of a bar chart by name, in the order given."""
    return {
        "field": "name",
        "type": "nominal",
        "sort": [label_of(name) for name in names],
        "axis": {
            "title": None,
            "labelExpr": "split(datum.label, '\\n')",
            "labelLimit": 0,
            "labelColor": INK,
            "labelFontSize": 12,
            "domain": False,
            "ticks": False,
        },
    }


def columns_of(series: Mapping[str, Iterable[object]], count: int) -> dict[str, list[float | None]]:
    """The series as plain numbers, each as long as its axis."""
    found = {
        name: plain_numbers(values, where=f"chart series '{name}'")
        for name, values in series.items()
    }
    for name, values in found.items():
        if len(values) != count:
            where, what = f"chart series '{name}'", f"has {len(values)} points instead of {count}"
            raise internal_error(where, what)
    return found


def zero_rule(axis: str) -> Layer:
    """A line where the measured quantity is zero."""
    return {
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "color": "#6b7580", "strokeWidth": 1},
        "encoding": {axis: {"field": "zero", "type": "quantitative"}},
    }
