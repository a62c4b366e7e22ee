"""The command line: parse, call one service, show the result."""

from defease.cli.app import main

__all__ = ["main"]
