"""Writes docs/images/report.png: the top of the report on the sample pension plan, in Chromium.

python -m tools.make_report_picture
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from defease.reports.export import write_report
from defease.services import copy_sample, report

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "report.png"
WIDTH, SHARPNESS = 1000, 1.4
# Tiles, contents and the summary; the next section would be cut.
LAST_SHOWN = "section[aria-labelledby='in-brief']"
ARGUMENTS = ["--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


def take_picture(page_file: Path, picture: Path) -> None:
    """A picture of a report from its top to the end of its summary."""
    program = shutil.which("chromium")
    if program is None:
        sys.exit("the program chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(
            viewport={"width": WIDTH, "height": WIDTH}, device_scale_factor=SHARPNESS
        )
        page.goto(page_file.as_uri())
        box = page.locator(LAST_SHOWN).first.bounding_box()
        if box is None:
            sys.exit(f"the report has no part {LAST_SHOWN}")
        height = box["y"] + box["height"]
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": height}
        page.screenshot(path=picture, clip=clip, full_page=True)  # type: ignore[arg-type]
        browser.close()


def main() -> None:
    """Make the sample's report in a temporary folder and photograph it."""
    with TemporaryDirectory() as folder:
        plan, page_file = Path(folder) / "plan", Path(folder) / "report.html"
        copy_sample(plan, example="pension")
        found = report(plan)
        write_report(page_file, found.document, envelope=found.to_dict())
        take_picture(page_file, PICTURE)


if __name__ == "__main__":
    main()
