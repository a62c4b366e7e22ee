"""Horizontal bars with their values written out: bases, stress results, savings, key rates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from defease.reports.charts.style import (
    INK,
    NEGATIVE,
    PALETTE,
    axis_money,
    columns_of,
    framed,
    label_of,
    name_axis,
    scaled,
    series_color,
    value_axis,
    zero_rule,
)
from defease.reports.formats import MISSING, MONEY, Format, Scale, shown
from defease.reports.values import plain_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from defease.reports.charts.style import Layer, Row
    from defease.reports.document import Spec

_ROW_HEIGHT = 36


def basis_bars(
    names: Sequence[str],
    values: Iterable[object],
    *,
    measure: str,
    style: Format,
    currency: str = "USD",
    reference: float | None = None,
) -> Spec:
    """One measure on every basis, with an optional line such as 1.0 for fully funded."""
    numbers = plain_numbers(values, where=f"chart of {measure}")
    axis = axis_money(numbers, style)
    rows = _named_rows(names, numbers, axis, style=style, currency=currency)
    ends = [*(row["at"] for row in rows), scaled(reference, axis) or 0.0]
    room = _scale_with_room(ends, [row["label"] for row in rows])
    bars, *labels = _bars_with_labels(names, value_axis(measure, axis, currency=currency), room)
    line = [] if reference is None else [_reference_line(scaled(reference, axis))]
    halos = [_halo(label) for label in labels] if line else []
    layers = [bars, *line, *halos, *labels]
    return framed(f"{measure} by basis", data=rows, layers=layers, height=_height(names))


def stress_bars(
    names: Sequence[str],
    changes: Iterable[object],
    *,
    measure: str,
    style: Format,
    currency: str = "USD",
) -> Spec:
    """The change of one measure in every scenario: losses to the left and red, gains right."""
    numbers = plain_numbers(changes, where=f"chart of {measure}")
    axis = axis_money(numbers, style)
    rows = _named_rows(names, numbers, axis, style=style, currency=currency)
    color = {"condition": {"test": "datum.value < 0", "value": NEGATIVE}, "value": PALETTE[0]}
    ends = [row["at"] for row in rows]
    room = _scale_with_room(ends, [row["label"] for row in rows])
    bars, *labels = _bars_with_labels(names, value_axis(measure, axis, currency=currency), room)
    bars["encoding"]["color"] = color
    return framed(
        f"{measure} by scenario",
        data=rows,
        layers=[bars, *labels, zero_rule("x")],
        height=_height(names),
    )


def savings_bar(
    total: tuple[str, object], parts: Sequence[tuple[str, object]], *, currency: str = "USD"
) -> Spec:
    """How payments are paid for, as a waterfall: total = time value + spread + saving + cost.

    Each part hangs where the one above it ended, so the last part (the cost) stands on the axis
    when the parts add up to the total.
    """
    names = [total[0], *(name for name, _ in parts)]
    amounts = plain_numbers([total[1], *(amount for _, amount in parts)], where="chart of savings")
    axis = axis_money(amounts, MONEY)
    rows = _waterfall_rows(names, [amount or 0.0 for amount in amounts], axis, currency=currency)
    x: Row = {
        "field": "start",
        "type": "quantitative",
        "axis": value_axis("Amount", axis, currency=currency),
    }
    y = name_axis(names)
    color = {
        "field": "role",
        "type": "nominal",
        "scale": {
            "domain": ["total", "part", "minus", "rest"],
            "range": [PALETTE[0], PALETTE[4], NEGATIVE, PALETTE[0]],
        },
        "legend": None,
    }
    bars: Layer = {
        "mark": {"type": "bar", "height": {"band": 0.62}},
        "encoding": {"x": x, "x2": {"field": "end"}, "y": y, "color": color},
    }
    text: Layer = {
        "mark": {"type": "text", "align": "left", "dx": 6, "baseline": "middle"},
        "encoding": {
            "x": {"field": "right", "type": "quantitative"},
            "y": y,
            "text": {"field": "label"},
        },
    }
    ends = [row[end] for row in rows for end in ("left", "right")]
    x["scale"] = _scale_with_room(ends, [row["label"] for row in rows])
    x["axis"]["labelBound"] = True
    return framed(
        "How the payments are paid for", data=rows, layers=[bars, text], height=_height(names)
    )


def key_rate_bars(
    tenors: Sequence[float],
    series: Mapping[str, Iterable[object]],
    *,
    measure: str = "Key rate duration",
    unit: str = "years",
) -> Spec:
    """Key rate measures by maturity, one bar for each series."""
    columns = columns_of(series, len(tenors))
    labels = [f"{tenor:g}" for tenor in tenors]
    rows: list[Row] = [
        {"tenor": label, "series": name, "value": values[index]}
        for name, values in columns.items()
        for index, label in enumerate(labels)
    ]
    x = {
        "field": "tenor",
        "type": "ordinal",
        "sort": labels,
        "axis": {"title": "Maturity, years", "labelAngle": 0, "labelOverlap": True},
    }
    y = {
        "field": "value",
        "type": "quantitative",
        "axis": {"title": f"{measure}, {unit}", "tickCount": 6},
    }
    encoding = {"x": x, "y": y, "color": series_color(list(columns))}
    if len(columns) > 1:
        encoding["xOffset"] = {"field": "series", "type": "nominal", "sort": list(columns)}
    bars: Layer = {"mark": {"type": "bar"}, "encoding": encoding}
    return framed(f"{measure} by maturity", data=rows, layers=[bars, zero_rule("y")], height=260)


def _named_rows(
    names: Sequence[str], numbers: list[float | None], axis: Format, *, style: Format, currency: str
) -> list[Row]:
    rows: list[Row] = []
    for name, number in zip(names, numbers, strict=True):
        label = MISSING if number is None else shown(number, style, currency=currency)
        negative = number is not None and number < 0
        value = scaled(number, axis)
        rows.append(
            {
                "name": label_of(name),
                "value": value,
                "at": 0.0 if value is None else value,
                "label": label,
                "side": "left" if negative else "right",
            }
        )
    return rows


def _scale_with_room(ends: Sequence[float], labels: Sequence[str]) -> Row:
    """The scale of the bars, with room on either side for the values written beyond the longest."""
    low, high = min([0.0, *ends]), max([0.0, *ends])
    sides = (low < 0) + (high > 0 or low == 0)
    room = 14 + 6 * max((len(label) for label in labels), default=0)
    extra = f"{(high - low) or 1.0} * {room} / max(40, width - {sides * room})"
    lowest = f"{low} - {extra}" if low < 0 else "0"
    highest = f"{high} + {extra}" if high > 0 or low == 0 else "0"
    return {"nice": False, "domainMin": {"expr": lowest}, "domainMax": {"expr": highest}}


def _bars_with_labels(names: Sequence[str], axis: Row, scale: Row) -> list[Layer]:
    """Bars from zero, and the written value beyond the end of each."""
    y = name_axis(names)
    x = {
        "field": "value",
        "type": "quantitative",
        "axis": {**axis, "labelBound": True},
        "scale": scale,
    }
    bars: Layer = {
        "mark": {"type": "bar", "color": PALETTE[0], "height": {"band": 0.62}},
        "encoding": {"x": x, "y": y},
    }
    return [bars, _end_label(y, side="right"), _end_label(y, side="left")]


def _end_label(y: Row, *, side: str) -> Layer:
    """The values of one side; the others are blank, so that each stands outside its bar."""
    to_right = side == "right"
    shift = 6 if to_right else -6
    mark = {
        "type": "text",
        "align": "left" if to_right else "right",
        "dx": shift,
        "baseline": "middle",
    }
    text = {"condition": {"test": f"datum.side === '{side}'", "field": "label"}, "value": ""}
    return {
        "mark": mark,
        "encoding": {"x": {"field": "at", "type": "quantitative"}, "y": y, "text": text},
    }


def _halo(label: Layer) -> Layer:
    """The same words with a white edge, under them, so that a line behind does not cross them."""
    edge = {"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}
    return {**label, "mark": {**label["mark"], **edge}}


def _reference_line(value: float | None) -> Layer:
    return {
        "data": {"values": [{"reference": value}]},
        "mark": {"type": "rule", "color": INK, "strokeDash": [4, 3], "strokeWidth": 1.2},
        "encoding": {"x": {"field": "reference", "type": "quantitative"}},
    }


def _waterfall_rows(
    names: Sequence[str], amounts: Sequence[float], axis: Format, *, currency: str
) -> list[Row]:
    rows: list[Row] = []
    level = amounts[0]
    label_style = axis if axis.scale is Scale.FULL else replace(axis, digits=2)
    for index, (name, amount) in enumerate(zip(names, amounts, strict=True)):
        role = "total" if index == 0 else "rest" if index == len(names) - 1 else "part"
        role = "minus" if role == "part" and amount < 0 else role
        start = 0.0 if role == "total" else level - amount
        end = amount if role == "total" else level
        level = end if role == "total" else start
        low, high = sorted((start, end))
        rows.append(
            {
                "name": label_of(name),
                "start": scaled(start, axis),
                "end": scaled(end, axis),
                "left": scaled(low, axis),
                "right": scaled(high, axis),
                "label": shown(amount, label_style, currency=currency),
                "role": role,
            }
        )
    return rows


def _height(names: Sequence[str]) -> int:
    return 62 + _ROW_HEIGHT * max(1, len(names))
