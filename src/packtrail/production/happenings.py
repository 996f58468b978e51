"""Happenings: what a line, a rework station or a camera says it did, as values.

Every door speaks of them: REST as JSON objects, files as rows, OPC UA as method calls. What each
kind needs is one table.

    >>> happening, _ = read_happening(
    ...     {"kind": "reject", "at": "2026-03-03T14:02:00+01:00", "numbers": ["7K2M"],
    ...      "reason": "unreadable"}, "")
    >>> happening.kind, happening.numbers
    (<Kind.REJECT: 'reject'>, ('7K2M',))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from packtrail.production.codes import BAD_REPORT, NO_REASON, NOTHING_TO_DO
from packtrail.production.levels import Level
from packtrail.production.orders import Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding
    from packtrail.epcis.events import Event

NUMBERS_MAX: Final = 100_000
"""Most numbers of one happening."""
TEXT_LENGTH_MAX: Final = 200


class Kind(StrEnum):
    """What happened, or is to happen."""

    COMMISSION = "commission"
    ENCODE = "encode"
    """Numbers were printed; nothing has them yet."""
    REJECT = "reject"
    """Numbers or packs are no good: a label is scrapped, a commissioned pack decommissioned."""
    SAMPLE_LABEL = "sample_label"
    """Printed labels were kept as samples; no pack ever had them."""
    PACK = "pack"
    UNPACK = "unpack"
    """Objects were taken out of whatever held them."""
    DISAGGREGATE = "disaggregate"
    """Everything was taken out of containers."""
    REPLACE = "replace"
    """One object of a container was exchanged for another."""
    REPACK = "repack"
    """Objects went from where they were into another container."""
    SAMPLE = "sample"
    DESTROY = "destroy"
    DECOMMISSION = "decommission"
    RECOMMISSION = "recommission"
    STATE = "state"
    """The line says that the order is in another state."""
    COUNT = "count"
    """The line says how many it counted, in all, since the order began."""


REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unreadable": "Code cannot be read",
        "print_quality": "Print is below the grade",
        "wrong_data": "Code or text is wrong",
        "no_label": "Label or print is missing",
        "weight": "Weight is off",
        "closure": "Closure or tamper evidence is off",
        "damaged": "Damaged",
        "count": "Number inside is wrong",
        "machine": "Machine fault or start-up",
        "retention": "Retention sample",
        "quality_control": "Sample for quality control",
        "leftover": "Left over at the end",
        "mistake": "Undone: it was a mistake",
        "other": "Other, see the note",
    }
)
"""Code of a reason -> what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened at one moment."""

    kind: Kind
    at: datetime
    """When, aware; its offset is that of the place."""
    level: Level | None = None
    """Of the numbers; needed for bare serial numbers other than of packs."""
    numbers: tuple[str, ...] = ()
    """Serial numbers, SSCCs, element strings, Digital Links or EPC URIs."""
    parent: str | None = None
    """The container that things went into, or came out of."""
    parent_level: Level | None = None
    by: str | None = None
    """What replaces the one number."""
    reason: str = ""
    """A code of `REASONS`."""
    note: str = ""
    is_partial: bool = False
    """The container is meant to be not full."""
    state: Signal | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    """Name such as `good`, `rejected`, `case` -> how many the line counted."""
    event: Event | None = None
    """The event of a document that told so; it is recorded as it is."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a kind of happening must, and may, carry."""

    must: frozenset[str]
    may: frozenset[str] = frozenset()


def _needs(must: str, may: str = "") -> Needs:
    return Needs(frozenset(must.split()), frozenset(may.split()) | {"note"})


NEEDS: Final[Mapping[Kind, Needs]] = MappingProxyType(
    {
        Kind.COMMISSION: _needs("numbers", "level"),
        Kind.ENCODE: _needs("numbers", "level"),
        Kind.REJECT: _needs("numbers reason", "level"),
        Kind.SAMPLE_LABEL: _needs("numbers", "level reason"),
        Kind.PACK: _needs("numbers parent", "level parent_level is_partial"),
        Kind.UNPACK: _needs("numbers", "level parent parent_level reason"),
        Kind.DISAGGREGATE: _needs("numbers", "level reason"),
        Kind.REPLACE: _needs("numbers by", "level reason"),
        Kind.REPACK: _needs("numbers parent", "level parent_level is_partial reason"),
        Kind.SAMPLE: _needs("numbers reason", "level"),
        Kind.DESTROY: _needs("numbers reason", "level"),
        Kind.DECOMMISSION: _needs("numbers reason", "level"),
        Kind.RECOMMISSION: _needs("numbers reason", "level"),
        Kind.STATE: _needs("state", "reason"),
        Kind.COUNT: _needs("counts"),
    }
)

_NAMES: Final = frozenset(each.name for each in fields(Happening)) - {"event"}


def read_happening(
    value: Mapping[str, Any], at: str
) -> tuple[Happening | None, tuple[Finding, ...]]:
    """Read a happening from plain values.

    Args:
        value: Members named like the fields of `Happening`; `at` is ISO 8601 with its offset.
        at: Where it stands in the report, for findings: a JSON pointer or a row.

    Returns:
        The happening, or None with the findings that say why not.
    """
    found, values = list(_strange(value, at)), dict[str, Any]()
    for name, raw in value.items():
        if name in _READERS and raw not in (None, "", ()):
            try:
                values[name] = _READERS[name](raw)
            except ValueError as error:
                found.append(_bad(f"{name} is {_short(raw)}: {error}.", f"{at}/{name}"))
    for name in ("kind", "at"):
        if name not in values and not any(each.at == f"{at}/{name}" for each in found):
            found.append(_bad(f"{name} is missing.", f"{at}/{name}"))
    if found:
        return None, tuple(found)
    happening = Happening(**values)
    problems = tuple(check_happening(happening, at))
    return (None, problems) if problems else (happening, ())


def check_happening(happening: Happening, at: str = "") -> Iterator[Finding]:
    """Yield what a happening lacks for its kind, and what it has too much."""
    needs = NEEDS[happening.kind]
    given = {
        name
        for name in _NAMES - {"kind", "at"}
        if getattr(happening, name) not in (None, "", (), {}, False)
    }
    for name in sorted(needs.must - given):
        if name == "reason":
            yield NO_REASON.found(f"To {happening.kind} needs a reason.", at=f"{at}/reason")
        elif name == "numbers":
            yield NOTHING_TO_DO.found(f"Nothing is named to {happening.kind}.", at=f"{at}/numbers")
        else:
            yield _bad(f"To {happening.kind} needs {name}.", f"{at}/{name}")
    for name in sorted(given - needs.must - needs.may):
        yield _bad(f"To {happening.kind} takes no {name}.", f"{at}/{name}")
    if happening.reason and happening.reason not in REASONS:
        known = ", ".join(REASONS)
        message = f"{happening.reason[:40]!r} is no reason; known are {known}."
        yield NO_REASON.found(message, at=f"{at}/reason")
    if happening.reason == "other" and not happening.note:
        yield NO_REASON.found("The reason `other` needs a note.", at=f"{at}/note")
    if happening.kind is Kind.REPLACE and len(happening.numbers) > 1:
        yield _bad("One object is replaced at a time.", f"{at}/numbers")


def _strange(value: Mapping[str, Any], at: str) -> Iterator[Finding]:
    for name in sorted(set(value) - _NAMES):
        yield _bad(f"{name[:40]!r} is no member of a happening.", f"{at}/{name[:40]}")


def _member(kind: type[StrEnum]) -> Any:
    def read(raw: Any) -> StrEnum:
        try:
            return kind(raw)
        except ValueError:
            raise ValueError(f"expected one of {', '.join(kind)}") from None

    return read


def _moment(raw: Any) -> datetime:
    if isinstance(raw, datetime):
        read = raw
    else:
        try:
            read = datetime.fromisoformat(str(raw))
        except ValueError:
            raise ValueError("expected a time such as 2026-03-03T14:02:00+01:00") from None
    if read.tzinfo is None:
        raise ValueError("add the offset, such as +01:00")
    return read


def _numbers(raw: Any) -> tuple[str, ...]:
    is_list = isinstance(raw, Iterable) and not isinstance(raw, str | Mapping)
    read: tuple[Any, ...] = tuple(raw) if is_list else (raw,)
    if len(read) > NUMBERS_MAX:
        raise ValueError(f"it has {len(read):,} numbers, at most {NUMBERS_MAX:,} are taken at once")
    for each in read:
        if not isinstance(each, str) or not 1 <= len(each) <= TEXT_LENGTH_MAX:
            raise ValueError(f"{_short(each)} is no number as text")
    return read


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > TEXT_LENGTH_MAX or not raw.isprintable():
        raise ValueError(f"expected a text of at most {TEXT_LENGTH_MAX} characters")
    return raw


def _flag(raw: Any) -> bool:
    if raw in (True, False):
        return bool(raw)
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if str(raw).lower() not in words:
        raise ValueError("expected yes or no")
    return words[str(raw).lower()]


def _counts(raw: Any) -> dict[str, int]:
    if not isinstance(raw, Mapping) or len(raw) > len(REASONS) * 4:
        raise ValueError("expected names with whole numbers")
    for name, count in raw.items():
        if not isinstance(name, str) or len(name) > 40 or type(count) is not int or count < 0:
            raise ValueError(f"{_short(name)} has no whole number")
    return dict(raw)


_READERS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "kind": _member(Kind), "at": _moment, "level": _member(Level), "numbers": _numbers,
        "parent": _text, "parent_level": _member(Level), "by": _text, "reason": _text,
        "note": _text, "is_partial": _flag, "state": _member(Signal), "counts": _counts,
    }
)  # fmt: skip


def plain(happening: Happening) -> dict[str, Any]:
    """Return a happening as plain values: the inverse of `read_happening`."""
    found: dict[str, Any] = {"kind": happening.kind.value, "at": happening.at.isoformat()}
    for name in sorted(_NAMES - {"kind", "at"}):
        value = getattr(happening, name)
        if value not in (None, "", (), {}, False):
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def _bad(message: str, at: str) -> Finding:
    return BAD_REPORT.found(message, at=at)


def _short(raw: Any) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."
