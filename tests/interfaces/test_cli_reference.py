"""The command reference in the documentation is what the commands say of themselves."""

from __future__ import annotations

from tools.make_cli_reference import PAGE, command_names, page


def test_the_committed_page_is_up_to_date() -> None:
    remedy = "run: python -m tools.make_cli_reference"
    assert PAGE.read_text(encoding="utf-8") == page(), remedy


def test_every_command_has_its_section() -> None:
    headings = {line for line in page().splitlines() if line.startswith("## ")}
    assert {f"## defease {name}" for name in command_names()} | {"## defease"} == headings
    assert {"init", "check", "value", "exhaust", "match", "stress", "report"} <= set(
        command_names()
    )
