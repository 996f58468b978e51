"""Recalls: open one or a drill, see who holds what, tell holders, note answers, sign and close."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.downloads import attachment
from packtrail.console.moments import kept, moments_of, shown
from packtrail.console.visit import page, redirect
from packtrail.recalls import (
    DEPTHS,
    HAZARDS,
    LEVELS,
    RULES,
    Act,
    EntryKind,
    RecallKind,
    Subject,
)
from packtrail.recalls.accounting import FATES, Fate, accounts_for
from packtrail.recalls.case import Answer
from packtrail.recalls.messages import LANGUAGES
from packtrail.recalls.telling import percent, said
from packtrail.services.accounts import signing
from packtrail.services.mail import outbox
from packtrail.services.reach import holdings
from packtrail.services.recalls import acting, cases, contacts, drafting, papers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packtrail.base.findings import Finding
    from packtrail.console.visit import Visit

LINES_SHOWN: Final = 300
_FIELDS: Final = (
    *("title", "reason", "subjects", "hazard", "depth", "kind", "check_level", "market"),
    "remind_for_hours",
)
_COUNTS: Final = {
    "quarantined": "Quarantined",
    "returned": "Sent back",
    "destroyed": "Destroyed",
    "used": "Used or sold on",
    "not_found": "Not found",
}
_SPLIT: Final = re.compile(r"[\s,;/]+")
_PDF: Final = "application/pdf"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES: Final = {"pdf": (papers.report, _PDF), "xlsx": (papers.workbook, _XLSX)}
_MESSAGES: Final = {
    "eml": (drafting.mail, "message/rfc822"),
    "pdf": (drafting.letter, _PDF),
    "csv": (drafting.packs_csv, "text/csv"),
}
NOWHERE_KEY: Final = "-"
"""In an address: the holder that is no place."""


def listing(visit: Visit) -> Response:
    """Show recalls and drills, the newest first, and the form that opens one."""
    sent = {name: visit.query(name) for name in _FIELDS}
    if visit.query("gtin"):
        sent["subjects"] = f"{visit.query('gtin')} {visit.query('lot')}".strip()
    return _listed(visit, sent)


def open_recall(visit: Visit) -> Response:
    """Open a recall or a drill."""
    sent = {name: visit.sent(name).strip() for name in _FIELDS}
    try:
        made = cases.open_recall(visit.app, visit.who, _new(sent))
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _listed(visit, sent, refused.findings)
    return redirect(path_of(made.row.number))


def recall(visit: Visit) -> Response:
    """Show where a recall stands."""
    return _recall(visit)


def step(visit: Visit) -> Response:
    """Take one step of a recall: count, note, publish, send, close."""
    number, name = visit.path("number"), visit.path("step")
    try:
        _STEPS[name](visit, number)
    except KeyError:
        return _recall(visit)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _recall(visit, refused.findings, wanted=name)
    return redirect(path_of(number))


def holder(visit: Visit) -> Response:
    """Show one holder: its packs and containers, its message, and what it answered."""
    return _holder(visit)


def holder_step(visit: Visit) -> Response:
    """Note what a holder answered, that it was checked or told, or how to reach it."""
    number, key, name = visit.path("number"), _key(visit), visit.path("step")
    try:
        _HOLDER_STEPS[name](visit, number, key)
    except KeyError:
        return _holder(visit)
    except NotPermitted:
        raise
    except RefusedError as refused:
        return _holder(visit, refused.findings, wanted=name)
    return redirect(holder_path(number, key))


def file(visit: Visit) -> Response:
    """Hand out the report as PDF or workbook."""
    number, kind = visit.path("number"), visit.path("kind")
    make, media_type = _FILES[kind] if kind in _FILES else _FILES["pdf"]
    made = make(visit.app, visit.who, number, **moments_of(visit))
    return attachment(made, f"{number}.{kind}", media_type)


def packs(visit: Visit) -> Response:
    """Hand out all packs of a recall as table."""
    number = visit.path("number")
    content = drafting.packs_csv(visit.app, visit.who, number, **moments_of(visit))
    return attachment(content, f"{number} packs.csv", "text/csv")


def message(visit: Visit) -> Response:
    """Hand out the message to a holder as mail or letter, or its packs as table."""
    number, key, kind = visit.path("number"), _key(visit), visit.path("kind")
    make, media_type = _MESSAGES[kind] if kind in _MESSAGES else _MESSAGES["eml"]
    content = make(visit.app, visit.who, number, key)
    return attachment(content, f"{number} {key or 'nowhere'}.{kind}", media_type)


def path_of(number: str) -> str:
    """Return the path of the page of a recall."""
    return f"/recalls/{quote(number, safe='')}"


def holder_path(number: str, key: str) -> str:
    """Return the path of the page of a holder."""
    return f"{path_of(number)}/holders/{quote(key or NOWHERE_KEY, safe='')}"


def _key(visit: Visit) -> str:
    key = visit.path("holder")
    return holdings.NOWHERE if key == NOWHERE_KEY else key


def _listed(visit: Visit, sent: dict[str, str], findings: Sequence[Finding] = ()) -> Response:
    return templates.render(
        visit,
        "recalls.html",
        status=422 if findings else 200,
        rows=cases.recalls(visit.app, visit.who),
        sent=sent,
        findings=findings,
        path_of=path_of,
        **_WORDS,
    )


def _recall(visit: Visit, findings: Sequence[Finding] = (), *, wanted: str = "") -> Response:
    moments = moments_of(visit)
    view = cases.view(visit.app, visit.who, visit.path("number"), **moments)
    return templates.render(
        visit,
        "recall.html",
        status=422 if findings else 200,
        view=view,
        findings=findings,
        wanted=wanted,
        digest=acting.digest(view),
        signatures=papers.signatures(visit.app, visit.who, view),
        names={each.key: each.name for each in view.lines},
        open_lines=[each for each in view.lines if each.is_reached and not each.holder.told_at],
        rows_max=LINES_SHOWN,
        sending_ways=_sending_ways(visit),
        two_persons=visit.app.settings.recall_two_persons,
        sent={name: visit.sent(name) for name in ("confirmation", "reason", "text")},
        path_of=path_of,
        holder_path=holder_path,
        keep=kept(moments),
        **shown(moments),
        **_WORDS,
    )


def _holder(visit: Visit, findings: Sequence[Finding] = (), *, wanted: str = "") -> Response:
    number, key = visit.path("number"), _key(visit)
    moments = moments_of(visit)
    told = drafting.holder(visit.app, visit.who, number, key, **moments)
    record = [each for each in told.view.recall.entries if each.holder == key]
    return templates.render(
        visit,
        "recall_holder.html",
        status=422 if findings else 200,
        told=told,
        line=told.line,
        view=told.view,
        record=record,
        findings=findings,
        wanted=wanted,
        today=visit.app.clock().astimezone(UTC).date(),
        counts=_COUNTS,
        ways=acting.WAYS,
        sending_ways=_sending_ways(visit),
        sent={name: visit.sent(name) for name in ("confirmation", "reason")},
        languages=LANGUAGES,
        path_of=path_of,
        holder_path=holder_path,
        keep=kept(moments),
        **shown(moments),
        **_WORDS,
    )


def _sending_ways(visit: Visit) -> tuple[str, ...]:
    return acting.SENDING_WAYS if outbox.is_on(visit.app.settings) else acting.WAYS


def _new(sent: dict[str, str]) -> cases.NewRecall:
    hours = sent["remind_for_hours"]
    return cases.NewRecall(
        title=sent["title"],
        reason=sent["reason"],
        subjects=[_subject(line) for line in sent["subjects"].splitlines() if line.strip()],
        hazard=sent["hazard"],
        depth=sent["depth"],
        kind=sent["kind"],
        check_level=sent["check_level"],
        market=sent["market"] or None,
        remind_for_hours=_whole(hours) if hours else None,
    )


def _subject(line: str) -> Subject:
    gtin, lot, serial, *_ = [*_SPLIT.split(line.strip(), maxsplit=2), "", ""]
    return Subject(gtin=gtin, lot=lot or None, serial=serial or None)


def _whole(text: str) -> int:
    """Return a whole number; -1, which is refused, for what is none."""
    plain = text.strip() or "0"
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 12 else -1


def _confirmed(visit: Visit) -> acting.Confirmed:
    return acting.Confirmed(confirmation=visit.sent("confirmation"), reason=visit.sent("reason"))


def _close(visit: Visit, number: str) -> None:
    statement = signing.Statement(
        password=visit.sent("password"), meaning=visit.sent("meaning"),
        digest=visit.sent("digest"), comment=visit.sent("comment"),
    )  # fmt: skip
    acting.close(visit.app, visit.who, number, _confirmed(visit), statement)


_STEPS: Final[dict[str, Callable[[Visit, str], object]]] = {
    "count": lambda visit, number: acting.count(visit.app, visit.who, number),
    "note": lambda visit, number: acting.note(visit.app, visit.who, number, visit.sent("text")),
    Act.PUBLISH.value: lambda visit, number: acting.publish(
        visit.app, visit.who, number, _confirmed(visit)
    ),
    Act.SEND.value: lambda visit, number: acting.mark_sent(
        visit.app, visit.who, number, _confirmed(visit), way=visit.sent("way")
    ),
    Act.CLOSE.value: _close,
}


def _answer(visit: Visit, number: str, key: str) -> None:
    answer = Answer(
        person=visit.sent("person"), on=acting.day(visit.sent("on")), note=visit.sent("note"),
        **{name: _whole(visit.sent(name)) for name in _COUNTS},
    )  # fmt: skip
    acting.acknowledge(visit.app, visit.who, number, key, answer)


def _check(visit: Visit, number: str, key: str) -> None:
    told = acting.Check(
        way=visit.sent("way"), person=visit.sent("person"), note=visit.sent("note"),
        is_effective=visit.sent("is_effective") == "yes",
    )  # fmt: skip
    acting.check(visit.app, visit.who, number, key, told)


def _contact(visit: Visit, _number: str, key: str) -> None:
    told = {name: visit.sent(name).strip() for name in ("name", "person", "email", "phone")}
    kind = visit.sent("kind")
    contacts.put_contact(
        visit.app,
        visit.who,
        contacts.Contact(
            holder=key,
            country=visit.sent("country").strip() or None,
            language=visit.sent("language") or None,
            is_retail=None if not kind else kind == "retail",
            **told,
        ),
    )


_HOLDER_STEPS: Final[dict[str, Callable[[Visit, str, str], object]]] = {
    "answer": _answer,
    "check": _check,
    "contact": _contact,
    "send": lambda visit, number, key: acting.mark_sent(
        visit.app, visit.who, number, _confirmed(visit), holders=[key], way=visit.sent("way")
    ),
}
_WORDS: Final[dict[str, object]] = {
    "hazards": HAZARDS,
    "depths": DEPTHS,
    "levels": LEVELS,
    "kinds": RecallKind,
    "fates": FATES,
    "fate_order": tuple(Fate),
    "accounts_for": accounts_for,
    "acts": RULES,
    "Act": Act,
    "EntryKind": EntryKind,
    "meanings": signing.MEANINGS,
    "percent": percent,
    "said": said,
}

ROUTES = (
    Route("/recalls", page(listing)),
    Route("/recalls", page(open_recall), methods=["POST"]),
    Route("/recalls/{number}", page(recall)),
    Route("/recalls/{number}/report.{kind}", page(file)),
    Route("/recalls/{number}/packs.csv", page(packs)),
    Route("/recalls/{number}/holders/{holder}", page(holder)),
    Route("/recalls/{number}/holders/{holder}/message.{kind}", page(message)),
    Route("/recalls/{number}/holders/{holder}/{step}", page(holder_step), methods=["POST"]),
    Route("/recalls/{number}/{step}", page(step), methods=["POST"]),
)
