"""The project's own checks find what they are for, and benchmarks judge both directions right."""

import ast
from pathlib import Path

import pytest
from benchmarks import harness
from benchmarks.harness import Target, at_least, at_most, compare, measure, table
from tools import check_licences, check_sizes


def function(source: str) -> check_sizes.Function:
    found = ast.parse(source).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def test_docstrings_do_not_count_as_length() -> None:
    source = 'def f():\n    """One.\n\n    Two.\n    """\n    return 1\n'
    assert check_sizes.lines(function(source)) == 2


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ("def f():\n" + "    x = 1\n" * 50, "51 lines"),
        ("def f(a, b, c, d, *, e, f, g, h): ...", "8 parameters"),
        ("def f(loud=False): ...", "boolean positional 'loud'"),
        ("def f(loud: bool): ...", "boolean positional 'loud'"),
        ("def f(x):\n" + "    if x: x = 1\n" * 10, "11 complexity"),
    ],
)
def test_a_function_over_a_limit_is_named(source: str, finding: str) -> None:
    findings = list(check_sizes.function_findings(function(source)))
    assert any(finding in text for text in findings), findings


def test_a_function_at_every_limit_is_accepted() -> None:
    source = "def f(self, a, b, c, d, *, e, f, loud=False):\n" + "    if a: a = 1\n" * 9
    assert list(check_sizes.function_findings(function(source))) == []


def test_the_same_body_twice_is_found() -> None:
    body = "".join(f"    x = {n}\n" for n in range(6))
    pairs = [
        (check_sizes.ROOT / "src" / f"{name}.py", function(f"def {name}(x):\n{body}"))
        for name in ("one", "two")
    ]
    assert [text.split(" ", 1)[1] for text in check_sizes.repeated_bodies(pairs)] == [
        f"two repeats {Path('src/one.py')}:1: one"
    ]


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("(MIT OR Apache-2.0) AND GPL-3.0-only", False),
        ("(GPL-2.0-only OR BSD-3-Clause) AND Zlib", True),
        ("LGPL-3.0-only", False),
        ("", False),
    ],
)
def test_licence_expressions_are_read(expression: str, *, allowed: bool) -> None:
    assert check_licences.is_allowed(expression) is allowed


def test_promises_are_judged_by_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    # No clock: each function returns the seconds that it is said to take.
    monkeypatch.setattr(harness, "seconds", lambda function: function())

    def judged(ours: float, other: float, target: Target) -> str:
        return compare("x", lambda: ours, lambda: other, target=target, rounds=3).status

    assert judged(1.0, 5.0, at_least(5.0)) == "ok"
    assert judged(1.0, 3.0, at_least(5.0)) == "missed"
    assert judged(1.0, 2.0, at_least(5.0)) == "FAILED"
    assert judged(5.0, 1.0, at_most(5.0)) == "ok"
    assert judged(9.0, 1.0, at_most(5.0)) == "missed"
    assert judged(11.0, 1.0, at_most(5.0)) == "FAILED"
    timed = measure("y", lambda: 0.03, seconds_at_most=0.02, rounds=3)
    assert timed.status == "missed"
    assert "30 ms" in table("title", [timed])


def test_answers_are_compared_before_anything_is_timed() -> None:
    calls: list[str] = []

    def differ(ours: object, other: object) -> None:
        calls.append(f"{ours} {other}")
        raise AssertionError

    with pytest.raises(AssertionError):
        compare("a", lambda: 1, lambda: 2, target=at_least(1.0), agree=differ)
    assert calls == ["1 2"]
