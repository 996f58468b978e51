"""Doing something for each of many pools: one that cannot be helped does not stop the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from packtrail.base.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packtrail.base.findings import Finding

_Item = TypeVar("_Item")


def for_each(items: Iterable[_Item], do: Callable[[_Item], object]) -> None:
    """Do something for each item.

    Raises:
        RefusedError: What was refused for any of them, after all were tried.
    """
    findings: list[Finding] = []
    for item in items:
        try:
            do(item)
        except RefusedError as refusal:
            findings += refusal.findings
    if findings:
        raise RefusedError(*findings)
