"""Check digits of published identifiers, and what is said about damaged ones."""

from __future__ import annotations

import pytest

from defease.bonds.identifiers import (
    IdentifierType,
    identifier_finding,
    is_valid_cusip,
    is_valid_isin,
    is_valid_sedol,
    restored_zeros,
)


@pytest.mark.parametrize("text", ["912810TM0", "037833100", "17275R102", "38259P508"])
def test_published_cusips(text: str) -> None:
    assert is_valid_cusip(text)


@pytest.mark.parametrize("text", ["US0378331005", "GB0002634946", "AU0000XVGZA3"])
def test_published_isins(text: str) -> None:
    assert is_valid_isin(text)


@pytest.mark.parametrize("text", ["0263494", "B0WNLY7"])
def test_published_sedols(text: str) -> None:
    assert is_valid_sedol(text)


@pytest.mark.parametrize("position", range(9))
def test_one_changed_digit_breaks_a_cusip(position: int) -> None:
    text = "037833100"
    changed = text[:position] + str((int(text[position]) + 1) % 10) + text[position + 1 :]
    assert not is_valid_cusip(changed)


@pytest.mark.parametrize(
    "text",
    ["", "03783310", "0378331000", "03783310O", "037833!00", "037833-00", "03783310\uff10"],
)
def test_texts_that_are_no_cusips(text: str) -> None:
    assert not is_valid_cusip(text)


def test_lost_leading_zeros_are_suggested_only_when_the_check_digit_proves_them() -> None:
    finding = identifier_finding("37833100", IdentifierType.CUSIP)
    assert finding is not None
    assert finding.suggestion == "037833100"
    unproved = identifier_finding("37833101", IdentifierType.CUSIP)
    assert unproved is not None
    assert unproved.suggestion == ""
    assert restored_zeros("263494", IdentifierType.SEDOL) == "0263494"


@pytest.mark.parametrize("text", ["0", "", "7783310X", "37833100 "])
def test_nothing_is_suggested_for_texts_that_no_spreadsheet_shortened(text: str) -> None:
    assert restored_zeros(text, IdentifierType.CUSIP) == ""


@pytest.mark.parametrize("text", ["9.1E+10", "3.7833E+08", "1e+11"])
@pytest.mark.parametrize("kind", list(IdentifierType))
def test_scientific_notation_is_refused_whatever_the_type(text: str, kind: IdentifierType) -> None:
    finding = identifier_finding(text, kind)
    assert finding is not None
    assert "scientific notation" in finding.what


def test_other_identifiers_are_free_text_but_not_empty() -> None:
    assert identifier_finding("our bond 7", IdentifierType.OTHER) is None
    assert identifier_finding("  ", IdentifierType.OTHER) is not None
    assert identifier_finding("912810TM0", IdentifierType.CUSIP) is None
