from __future__ import annotations

import copy
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from defease.errors import DefeaseError
from defease.reports import charts
from defease.reports.document import Figure, Spec, walk
from defease.reports.formats import MONEY, PERCENT
from defease.reports.svg import render_svg, with_unique_ids
from tests.unit.reports.sample_document import sample_document

SPECS = [block.spec for block in walk(sample_document().blocks) if isinstance(block, Figure)]


def nodes(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from nodes(value)


def test_the_sample_report_shows_every_chart() -> None:
    assert len({spec["description"] for spec in SPECS}) == len(charts.__all__) - 2


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["description"])
def test_a_chart_is_checked_plain_and_drawable(spec: Spec) -> None:
    assert charts.checked_spec(spec) is spec
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert spec["$schema"].endswith("/v6.4.0.json")
    assert spec["config"]["font"] == "Liberation Sans, Arial, Helvetica, sans-serif"
    for node in nodes(spec):
        if node.get("type") == "temporal":
            assert node["scale"]["type"] == "utc"
    for width in (820, 330):
        root = ET.fromstring(render_svg(spec, width=width))  # noqa: S314  (drawn here)
        assert float(root.attrib["width"]) == pytest.approx(width, abs=12)
        assert len(list(root.iter("{http://www.w3.org/2000/svg}text"))) > 4


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec["description"])
def test_a_misspelled_field_is_found_in_every_layer(spec: Spec) -> None:
    encodings = [n for n in nodes(spec) if isinstance(n.get("field"), str) and "data" not in n]
    for position in range(len(encodings)):
        broken = copy.deepcopy(dict(spec))
        again = [n for n in nodes(broken) if isinstance(n.get("field"), str) and "data" not in n]
        again[position]["field"] = "no_such_field"
        with pytest.raises(DefeaseError, match="'no_such_field'"):
            charts.checked_spec(broken)


def test_what_cannot_be_drawn_is_refused() -> None:
    spec = copy.deepcopy(dict(SPECS[0]))
    spec["data"]["values"][0]["value"] = float("nan")
    with pytest.raises(DefeaseError, match=r"chart\.data\.values\[0\]\.value: is not a finite"):
        render_svg(spec)
    spec["data"]["values"][0]["value"] = np.float64(1.0)
    with pytest.raises(DefeaseError, match="float64 instead of a plain value"):
        charts.checked_spec(spec)
    spec["data"]["values"] = []
    with pytest.raises(DefeaseError, match="has no rows"):
        charts.checked_spec(spec)


def test_charts_take_arrays_and_refuse_nan_and_uneven_lengths() -> None:
    years = np.arange(2026, 2029).tolist()
    spec = charts.exhaustion_lines(years, {"assets": np.array([3e9, 2e9, 1e9])})
    assert [row["value"] for row in spec["data"]["values"]] == [3.0, 2.0, 1.0]
    assert [row["year"] for row in spec["data"]["values"]] == [2026, 2027, 2028]
    with pytest.raises(DefeaseError, match=r"chart series 'assets'\[1\]"):
        charts.exhaustion_lines([2026, 2027], {"assets": [1.0, float("nan")]})
    with pytest.raises(DefeaseError, match="has 1 points instead of 2"):
        charts.exhaustion_lines([2026, 2027], {"assets": [1.0]})


def test_a_waterfall_whose_parts_add_up_ends_on_the_axis() -> None:
    parts = [("time", 30e6), ("spread", 5e6), ("saving", -2e6), ("cost", 67e6)]
    rows = charts.savings_bar(("payments", 100e6), parts)["data"]["values"]
    assert rows[-1]["left"] == pytest.approx(0.0, abs=1e-12)
    assert rows[-1]["right"] == pytest.approx(67.0)
    for above, below in pairwise(rows):
        touching = above["end"] if above["role"] == "total" else above["start"]
        assert below["end"] == pytest.approx(touching)


def test_contributions_hang_below_the_line() -> None:
    spec = charts.cash_flow_bars([2026], {"benefits": [5e6]}, contributions=[2e6])
    values = {row["series"]: row["value"] for row in spec["data"]["values"]}
    assert values == {"benefits": 5.0, "contributions": -2.0}
    assert "$ millions" in spec["layer"][0]["encoding"]["y"]["axis"]["title"]


def test_stress_bars_write_each_value_on_its_own_side() -> None:
    spec = charts.stress_bars(["up", "down"], [0.05, -0.1], measure="Change", style=PERCENT)
    rows = spec["data"]["values"]
    assert [(row["label"], row["side"], row["value"]) for row in rows] == [
        ("5.0%", "right", 5.0),
        ("-10.0%", "left", -10.0),
    ]
    drawn = render_svg(spec)
    assert drawn.count(">5.0%<") == drawn.count(">-10.0%<") == 1


def test_hostile_names_are_escaped_in_the_picture() -> None:
    name = "<script>alert(1)</script> & \"quotes\" 'too'"
    drawn = render_svg(charts.basis_bars([name], [1e6], measure="Liability", style=MONEY))
    assert "<script" not in drawn
    ET.fromstring(drawn)  # noqa: S314  (drawn here)
    odd = charts.exhaustion_lines([1, 2], {name: [1.0, 2.0]}, currency="'\"\\")
    assert "<script" not in render_svg(odd)


def test_a_narrow_chart_stacks_the_names_of_its_legend() -> None:
    spec = charts.exhaustion_lines(
        [1, 2], {f"a rather long name {i}": [1.0, 2.0] for i in range(3)}
    )
    wide, narrow = (charts.at_width(spec, width) for width in (1200, 330))
    assert wide["layer"][0]["encoding"]["color"]["legend"]["columns"] >= 3
    assert narrow["layer"][0]["encoding"]["color"]["legend"]["columns"] == 1
    assert (narrow["width"], spec["width"]) == (330, 720)


def test_inner_ids_are_made_unique() -> None:
    svg = '<svg><g clip-path="url(#clip1)"/><clipPath id="clip1"/></svg>'
    expected = '<svg><g clip-path="url(#a-clip1)"/><clipPath id="a-clip1"/></svg>'
    assert with_unique_ids(svg, "a") == expected


def test_equal_specifications_are_drawn_once() -> None:
    spec = charts.curve_lines([1, 2], {"treasury": [0.04, 0.05]})
    assert render_svg(spec) is render_svg(copy.deepcopy(dict(spec)))
