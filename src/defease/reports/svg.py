"""Charts as pictures: a Vega-Lite specification becomes SVG text, without any network."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from defease.reports.charts import at_width, checked_spec

if TYPE_CHECKING:
    from defease.reports.document import Spec

VEGA_LITE_VERSION = "6.4"


def render_svg(spec: Spec, *, width: int | None = None) -> str:
    """The chart as SVG text, `width` pixels wide instead of its own width where that is given.

    The specification is checked first; equal specifications are drawn once in a process.
    """
    drawn = checked_spec(spec if width is None else at_width(spec, width))
    return _drawn(json.dumps(drawn, allow_nan=False, sort_keys=True))


def with_unique_ids(svg: str, prefix: str) -> str:
    """The same picture with its inner ids prefixed, so that several can stand in one page."""
    renamed = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", renamed)


@lru_cache(maxsize=256)
def _drawn(spec_text: str) -> str:
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(
        spec_text, vl_version=VEGA_LITE_VERSION, allowed_base_urls=[]
    )
    return svg
