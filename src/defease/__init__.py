"""Defease: asset-liability management for whoever must make promised payments."""

from importlib import import_module

__version__ = "0.1.0"

# Public name -> module that defines it. Names are resolved on first use, so that `import defease`
# (and with it every command's start) costs no numerical library.
_HOMES: dict[str, str] = {}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the table is the one place that names what is public


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module 'defease' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
