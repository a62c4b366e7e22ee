"""The package as a whole: everything imports, public names stay usable, the start costs nothing."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import defease

HEAVY = ("numpy", "scipy", "numba", "pydantic", "pandas", "highspy")

REPORT_HEAVY_MODULES = f"""
import sys
from defease.cli import main

try:
    main(["--help"])
except SystemExit as done:
    code = done.code
else:
    code = 0
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"loaded: {{loaded}}" if loaded else code)
"""


def every_submodule() -> list[str]:
    return [
        module.name
        for module in pkgutil.walk_packages(defease.__path__, prefix="defease.")
        if not module.name.endswith("__main__")
    ]


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_submodule_imports_without_a_warning() -> None:
    names = every_submodule()
    assert {"defease.errors", "defease.cashflows", "defease.solvers"} <= set(names)
    done = run_python("".join(f"import {name}\n" for name in names))
    assert done.returncode == 0, done.stderr


def test_public_names_are_sorted_and_complete() -> None:
    assert defease.__all__
    assert sorted(set(defease.__all__)) == list(defease.__all__)
    assert set(defease.__all__) <= set(dir(defease))


def test_public_names_are_still_usable_after_importing_every_submodule() -> None:
    # A room named like a task would replace the task as soon as somebody imports the room.
    for name in every_submodule():
        importlib.import_module(name)
    for name in defease.__all__:
        value = getattr(defease, name)
        assert not isinstance(value, ModuleType), name
        assert callable(value) or name == "__version__", name


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(defease, "no_such_task")


def test_importing_the_package_loads_no_heavy_library() -> None:
    done = run_python(f"import defease, sys; sys.exit(bool(set({HEAVY!r}) & set(sys.modules)))")
    assert done.returncode == 0, done.stderr


def test_the_help_page_loads_no_heavy_library() -> None:
    done = run_python(REPORT_HEAVY_MODULES)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_the_installed_command_answers() -> None:
    command = Path(sys.executable).with_name("defease")
    done = subprocess.run([command, "--help"], check=False, capture_output=True, timeout=60)
    assert done.returncode == 0
    assert not done.stderr
