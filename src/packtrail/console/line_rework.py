"""The rework station: scan, look at what would happen, do it; every step works by scanner alone.

The scanner types what it read and presses Enter. What was scanned so far travels with the form, so
nothing is kept on the server until it is done, and a page that is loaded again asks nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from packtrail import gs1
from packtrail.access import Permission, require
from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.visit import new_request_id
from packtrail.production.codes import BAD_REPORT
from packtrail.production.happenings import Happening, Kind
from packtrail.services.lines import floor, rework
from packtrail.services.plan import gate

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

OBJECTS_MAX: Final = 80
"""Most objects of one act: a form has 100 fields."""
LATELY_MAX = 8
_SINGLE: Final = frozenset({gs1.KeyType.SGTIN, gs1.KeyType.SSCC, gs1.KeyType.ITIP})
WORDS: Final[dict[Kind, tuple[str, str]]] = {
    Kind.UNPACK: ("Unpack", "Scan what is taken out."),
    Kind.PACK: ("Pack", "Scan the container first, then what goes in."),
    Kind.REPACK: ("Repack", "Scan the new container first, then what moves into it."),
    Kind.REPLACE: ("Replace", "Scan the bad one first, then the one that takes its place."),
    Kind.DISAGGREGATE: ("Empty", "Scan the container whose whole contents come out."),
    Kind.SAMPLE: ("Sample", "Scan what is taken as a sample."),
    Kind.DESTROY: ("Destroy", "Scan what is destroyed."),
    Kind.DECOMMISSION: ("Decommission", "Scan what is taken out of use."),
    Kind.RECOMMISSION: ("Recommission", "Scan what was decommissioned by mistake."),
}
"""Act -> its name, and what to scan for it."""
TAKES_CONTAINER: Final = frozenset({Kind.PACK, Kind.REPACK})
DO, UNDO, CLEAR = "do", "undo", "clear"
"""What can be scanned or typed in place of an object."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What lies on the rework bench: the act, and what was scanned for it, in order."""

    kind: Kind
    scanned: tuple[str, ...] = ()
    """Element strings in brackets."""
    reason: str = ""
    note: str = ""
    site: str | None = None
    is_partial: bool = False

    @property
    def parent(self) -> str | None:
        """The container that things go into: what was scanned first."""
        return self.scanned[0] if self.kind in TAKES_CONTAINER and self.scanned else None

    @property
    def objects(self) -> tuple[str, ...]:
        """What the act is done to."""
        if self.kind in TAKES_CONTAINER:
            return self.scanned[1:]
        return self.scanned[:1] if self.kind is Kind.REPLACE else self.scanned

    @property
    def by(self) -> str | None:
        """What takes the place of what is replaced."""
        return self.scanned[1] if self.kind is Kind.REPLACE and len(self.scanned) > 1 else None

    @property
    def is_complete(self) -> bool:
        """Whether everything was scanned that the act needs."""
        return bool(self.objects) and (self.kind is not Kind.REPLACE or self.by is not None)


def station(visit: Visit) -> Response:
    """Show an empty bench."""
    require(visit.who, Permission.REWORK_CREATE)
    wanted = visit.query("act")
    kind = Kind(wanted) if wanted in set(rework.BY_HAND) else Kind.UNPACK
    return _shown(visit, Bench(kind))


def scan(visit: Visit) -> Response:
    """Take what was scanned or pressed, and show what would happen; or do it."""
    require(visit.who, Permission.REWORK_CREATE)
    bench = _bench(visit)
    text = visit.sent("scan").strip(" \t\r\n")
    pressed = visit.sent("press") or (text.lower() if _is_word(text) else "")
    if pressed == DO:
        return _do(visit, bench)
    if pressed:
        return _shown(visit, _changed(bench, pressed))
    if not text:
        return _shown(visit, bench)
    try:
        return _shown(visit, _with(bench, identified(text)))
    except RefusedError as refusal:
        return _shown(visit, bench, findings=refusal.findings)


def _changed(bench: Bench, pressed: str) -> Bench:
    """Return a bench after a word was scanned, or a button pressed."""
    if pressed == CLEAR:
        return Bench(bench.kind, site=bench.site)
    if pressed == UNDO:
        return replace(bench, scanned=bench.scanned[:-1])
    return replace(bench, kind=Kind(pressed), reason="") if _is_word(pressed) else bench


def _with(bench: Bench, found: str) -> Bench:
    """Return a bench with one more object on it.

    Raises:
        RefusedError: `LIN-020`, it lies there already, or there are too many.
    """
    if found in bench.scanned:
        raise RefusedError(BAD_REPORT.found(f"{found} was scanned before.", at="scan"))
    if len(bench.scanned) >= OBJECTS_MAX:
        message = f"At most {OBJECTS_MAX} objects at a time: do these first."
        raise RefusedError(BAD_REPORT.found(message, at="scan"))
    return replace(bench, scanned=(*bench.scanned, found))


def identified(text: str) -> str:
    """Return what was scanned as an element string in brackets.

    Raises:
        RefusedError: A `GS1` code, or `LIN-020`: it is no serialised trade item and no SSCC.
    """
    read = gs1.read_scan(text)
    key = read.key
    if key is None:
        key = gs1.parse(text)
    if key.type not in _SINGLE or key.is_class:
        message = f"{text[:60]!r} is neither a serialised pack or case nor an SSCC."
        raise RefusedError(BAD_REPORT.found(message, at="scan"))
    return key.element_string()


def _is_word(text: str) -> bool:
    return text.lower() in {DO, UNDO, CLEAR, *rework.BY_HAND}


def _bench(visit: Visit) -> Bench:
    kind = visit.sent("kind")
    return Bench(
        kind=Kind(kind) if kind in set(rework.BY_HAND) else Kind.UNPACK,
        scanned=tuple(str(each) for each in visit.form.getlist("scanned"))[:OBJECTS_MAX],
        reason=visit.sent("reason"),
        note=visit.sent("note").strip(),
        site=visit.sent("site") or None,
        is_partial=visit.sent("is_partial") == "yes",
    )


def _told(visit: Visit, bench: Bench) -> Happening:
    reason = bench.reason or rework.reasons_for(bench.kind)[0][0]
    return Happening(
        kind=bench.kind,
        at=visit.app.clock().astimezone(_zone(visit, bench)).replace(microsecond=0),
        numbers=bench.objects,
        parent=bench.parent,
        by=bench.by,
        reason="" if bench.kind is Kind.PACK else reason,
        note=bench.note,
        is_partial=bench.is_partial and bench.kind in TAKES_CONTAINER,
    )


def _zone(visit: Visit, bench: Bench) -> ZoneInfo:
    own = {each.code: each for each in _own_sites(visit)}
    site = own.get(bench.site or "") or next(iter(own.values()), None)
    return ZoneInfo(site.time_zone if site else "UTC")


def _own_sites(visit: Visit) -> list[floor.Site]:
    found = floor.sites(visit.app, visit.who)
    return [each for each in found if each.operator == visit.who.organisation_code]


def _do(visit: Visit, bench: Bench) -> Response:
    if not bench.is_complete:
        message = "Nothing can be done yet: " + WORDS[bench.kind][1]
        return _shown(visit, bench, findings=(BAD_REPORT.found(message, at="scan"),))
    try:
        done = rework.perform(
            visit.app, visit.who, _told(visit, bench), site=bench.site,
            request_id=visit.sent("request_id") or new_request_id(),
        )  # fmt: skip
    except NotPermitted:
        raise
    except RefusedError as refusal:
        return _shown(visit, bench, findings=refusal.findings)
    return _shown(visit, Bench(bench.kind, site=bench.site), done=done)


def _shown(
    visit: Visit,
    bench: Bench,
    *,
    findings: tuple[Finding, ...] = (),
    done: rework.Done | None = None,
) -> Response:
    preview: rework.Preview | None = None
    if bench.is_complete and not findings:
        try:
            preview = rework.preview(visit.app, visit.who, _told(visit, bench), site=bench.site)
        except NotPermitted:
            raise
        except RefusedError as refusal:
            findings = refusal.findings
    untrained = gate.held_back(visit.app, visit.who, gate.Held.REWORK)
    if untrained is not None and preview is None:
        findings = (untrained, *findings)
    shown: dict[str, Any] = {
        "bench": bench,
        "acts": WORDS,
        "reasons": rework.reasons_for(bench.kind),
        "findings": findings or (preview.findings if preview else ()),
        "preview": preview,
        "done": done,
        "sites": _own_sites(visit),
        "lately": rework.done(visit.app, visit.who, limit=LATELY_MAX),
        "request_id": new_request_id(),
    }
    part = visit.request.headers.get("hx-request")
    return templates.render(visit, "part_rework.html" if part else "lines_rework.html", **shown)
