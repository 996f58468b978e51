"""Telling: what an entry of the record says, in one line, and shares that never flatter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from packtrail.recalls.case import EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_COUNTS: Final = ("quarantined", "returned", "destroyed", "used", "not_found")


def percent(share: float) -> str:
    """Write a share so that 100 % is only said where nothing is missing.

    >>> percent(0.99999)
    '99.9 %'
    """
    return "100 %" if share >= 1 else f"{min(int(share * 1000) / 10, 99.9):.1f} %"


def said(kind: EntryKind, detail: Mapping[str, Any]) -> str:
    """Write what an entry of the record says.

    >>> said(EntryKind.REMINDED, {"number": 2})
    'no answer in time: reminder 2'
    """
    return _WORDS.get(kind, _reason)(detail)


def _reason(told: Mapping[str, Any]) -> str:
    return str(told.get("reason", ""))


def _counted(told: Mapping[str, Any]) -> str:
    return (
        f"{told['total']:,} packs, {told['placed']:,} of them placed, with {told['holders']} "
        f"holders; {told['missing']:,} missing; found in {told['took_ms']:,} ms"
    )


def _sent(told: Mapping[str, Any]) -> str:
    return f"by {told['way']}, {told['packs']:,} packs open there; {told['reason']}"


def _acknowledged(told: Mapping[str, Any]) -> str:
    parts = [f"{told[name]:,} {name.replace('_', ' ')}" for name in _COUNTS if told.get(name)]
    who = f"{told['person']}, {told['on']}"
    return "; ".join(filter(None, [who, ", ".join(parts) or "no packs", told["note"]]))


def _checked(told: Mapping[str, Any]) -> str:
    word = "effective" if told["is_effective"] else "not effective"
    return "; ".join(filter(None, [f"{word}, {told['way']}, {told['person']}", told["note"]]))


_WORDS: Final[Mapping[EntryKind, Callable[[Mapping[str, Any]], str]]] = {
    EntryKind.COUNTED: _counted,
    EntryKind.SENT: _sent,
    EntryKind.ACKNOWLEDGED: _acknowledged,
    EntryKind.CHECKED: _checked,
    EntryKind.REMINDED: lambda told: f"no answer in time: reminder {told['number']}",
    EntryKind.PUBLISHED: lambda told: f"{len(told['notices'])} notices; {told['reason']}",
    EntryKind.PROPOSED: lambda told: f"{told['act']}: {told['reason']}",
    EntryKind.NOTED: lambda told: str(told["text"]),
}
