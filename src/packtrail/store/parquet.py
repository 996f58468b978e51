"""Parquet: the library that reads and writes archives, loaded when one is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from packtrail.base.errors import UsageError


def arrow() -> Any:
    """Return the module `pyarrow`.

    Raises:
        UsageError: It is not installed.
    """
    return _module("pyarrow")


def parquet() -> Any:
    """Return the module `pyarrow.parquet`.

    Raises:
        UsageError: It is not installed.
    """
    return _module("pyarrow.parquet")


def compute() -> Any:
    """Return the module `pyarrow.compute`.

    Raises:
        UsageError: It is not installed.
    """
    return _module("pyarrow.compute")


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError(
            "Archives are Parquet files: install Packtrail with its extra, packtrail[analysis]."
        ) from error
