"""Small pieces only: names every file or function over the limits and exits 1 if there is one.

File lines, function lines (docstring excluded), branches, parameters, boolean positionals, `print`
outside the command line, and functions of at least six lines whose body stands twice.
"""

import ast
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from statistics import median

FILE_LINES, FUNCTION_LINES, COMPLEXITY, PARAMETERS, REPEATED_LINES = 400, 50, 10, 7, 6
ROOT = Path(__file__).resolve().parents[1]
Function = ast.FunctionDef | ast.AsyncFunctionDef
LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
BRANCHES = (*LOOPS, ast.If, ast.IfExp, ast.ExceptHandler, ast.match_case)


def body_without_docstring(function: Function) -> list[ast.stmt]:
    """The statements that do something."""
    return function.body[1:] if ast.get_docstring(function, clean=False) else function.body


def lines(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    docstring = function.body[0] if ast.get_docstring(function, clean=False) else None
    hidden = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - hidden


def complexity(function: Function) -> int:
    """1 + branches + boolean operators, nested functions included."""
    nodes = list(ast.walk(function))
    operators = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + sum(isinstance(node, BRANCHES) for node in nodes) + operators


def boolean_positionals(function: Function) -> Iterator[str]:
    """Parameters that a caller could give as a bare True or False."""
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(positional) - len(function.args.defaults)) + function.args.defaults
    for parameter, default in zip(positional, defaults, strict=True):
        annotated = isinstance(parameter.annotation, ast.Name) and parameter.annotation.id == "bool"
        if annotated or (isinstance(default, ast.Constant) and isinstance(default.value, bool)):
            yield parameter.arg


def function_findings(function: Function) -> Iterator[str]:
    """Every limit that one function exceeds."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    parameters = sum(argument.arg not in ("self", "cls") for argument in named)
    measured = (
        ("lines", lines(function), FUNCTION_LINES),
        ("complexity", complexity(function), COMPLEXITY),
        ("parameters", parameters, PARAMETERS),
    )
    for what, value, limit in measured:
        if value > limit:
            yield f"{function.name}: {value} {what}, at most {limit}"
    for name in boolean_positionals(function):
        yield f"{function.name}: boolean positional {name!r}; make it keyword-only or an enum"


def file_findings(path: Path, tree: ast.Module, functions: list[Function]) -> Iterator[str]:
    """Every finding of one file, without repeated bodies."""
    where = path.relative_to(ROOT)
    length = len(path.read_text(encoding="utf-8").splitlines())
    if length > FILE_LINES:
        yield f"{where}: {length} lines, at most {FILE_LINES}"
    for function in functions:
        yield from (f"{where}:{function.lineno}: {text}" for text in function_findings(function))
    if where.parts[0] == "src" and "cli" not in where.parts:
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "print"
            ):
                yield f"{where}:{node.lineno}: print outside the command line"


def repeated_bodies(functions: list[tuple[Path, Function]]) -> Iterator[str]:
    """Pairs of functions that do the same."""
    seen: dict[str, str] = {}
    for path, function in functions:
        place = f"{path.relative_to(ROOT)}:{function.lineno}: {function.name}"
        if lines(function) >= REPEATED_LINES:
            body = "".join(ast.dump(statement) for statement in body_without_docstring(function))
            if body in seen:
                yield f"{place} repeats {seen[body]}"
            seen.setdefault(body, place)


def main() -> int:
    """Check every Python file of the project."""
    roots = [ROOT / name for name in ("src", "tests", "tools", "benchmarks")]
    findings: list[str] = []
    functions: list[tuple[Path, Function]] = []
    for path in sorted(chain.from_iterable(root.rglob("*.py") for root in roots)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = [node for node in ast.walk(tree) if isinstance(node, Function)]
        findings += file_findings(path, tree, own)
        functions += [(path, function) for function in own]
    findings += repeated_bodies(functions)
    sizes = [lines(function) for _, function in functions]
    print("\n".join(findings) or "Sizes: within the limits.")
    print(f"{len(sizes)} functions, median {median(sizes):.0f}, longest {max(sizes)} lines.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
