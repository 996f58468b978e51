"""Saying of an obligation who sees to it and how far it is: each note is kept, none is changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance import codes
from packtrail.compliance.obligations import Part, State
from packtrail.services import auditing
from packtrail.services.obligations import reading
from packtrail.services.portfolio import books
from packtrail.store import obligations as rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.compliance.obligations import Obligation
    from packtrail.services.application import Application
    from packtrail.services.obligations.reading import ObligationPage

FILE_BYTES_MAX: Final = 10 * 1024 * 1024
TEXT_LENGTH_MAX: Final = 2_000
OWNER_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that shows that something was done."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is to be said of an obligation, or of parts of it."""

    state: str | None = None
    """open, in_progress, done or waived; None: as it is."""
    owner: str | None = None
    """Who sees to it: a person or a department; empty: nobody; None: as it is."""
    reason: str = ""
    evidence: str = ""
    """What shows that it was done."""
    file: File | None = None
    market: str = ""
    """Only for this market; empty: for all; so with product, site and line."""
    product: str = ""
    site: str = ""
    line: str = ""


def say(app: Application, actor: Actor, key: str, said: Saying) -> ObligationPage:
    """Say something of an obligation.

    Args:
        app: The application.
        actor: Who says it.
        key: Key of the obligation.
        said: What.

    Raises:
        NotFound: `OBL-001`, there is no such obligation.
        RefusedError: `OBL-002` to `OBL-009`, what keeps it from being said.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.OBLIGATION_UPDATE)
    at = app.clock()
    with app.database.transaction() as conn:
        company = books.company_of(app, conn, actor)
        found = reading.find(company, (), key, today=at.date())
        findings = [*_defects(found, said), *_file_defects(said.file)]
        if findings:
            raise RefusedError(*findings)
        write(conn, actor, found, said, at=at)
    return reading.one(app, actor, key)


def write(conn: Connection, actor: Actor, found: Obligation, said: Saying, *, at: datetime) -> None:
    """Write down what is said of an obligation, with the audit row, in a transaction of others.

    Args:
        conn: The connection.
        actor: Who says it.
        found: The obligation.
        said: What; the caller has seen to it that it can be said.
        at: When.
    """
    digest = _keep(conn, actor, said.file, at=at) if said.file else ""
    note = rows.NewNote(
        organisation_id=actor.organisation_id, key=found.key, market=said.market,
        product=said.product, site=said.site, line=said.line, due_on=found.on, state=said.state,
        owner=said.owner.strip() if said.owner is not None else None, reason=said.reason.strip(),
        evidence=said.evidence.strip(), evidence_sha256=digest, pack_version=found.version,
        pack_sha256=found.sha256, at=at, actor_kind=actor.kind.value, actor_id=actor.id,
        actor_name=actor.name,
    )  # fmt: skip
    number = rows.add_note(conn, note)
    part = {"market": said.market, "product": said.product, "site": said.site, "line": said.line}
    detail = {
        "note": number,
        **{name: value for name, value in part.items() if value},
        **{name: value for name, value in (
            ("state", said.state), ("owner", said.owner), ("reason", said.reason.strip()),
            ("evidence", said.evidence.strip()), ("file", digest),
        ) if value},
    }  # fmt: skip
    auditing.write(conn, actor, Action.OBLIGATION_CHANGED, found.key, at=at, detail=detail)


def evidence_file(app: Application, actor: Actor, sha256: str) -> File:
    """Return a file that was handed in as evidence.

    Raises:
        NotFound: `OBL-006`, there is none.
    """
    require(actor, Permission.OBLIGATION_READ)
    with app.database.reading() as conn:
        row = rows.evidence(conn, actor.organisation_id, [sha256]).get(sha256)
        content = rows.evidence_content(conn, actor.organisation_id, sha256)
    if row is None or content is None:
        raise NotFound(codes.BAD_FILE.found("There is no such file.", at="sha256"))
    return File(name=row.filename, media_type=row.media_type, content=content)


def _defects(found: Obligation, said: Saying) -> Iterator[Finding]:
    if said.state is None and said.owner is None:
        yield codes.NOTHING_SAID.found("Neither a state nor an owner is given.", at="state")
    if said.state is not None and said.state not in set(State):
        yield codes.BAD_STATE.found(f"{said.state[:40]!r} is no state.", at="state")
    if said.state == State.DONE and not said.evidence.strip() and said.file is None:
        wanted = "; ".join(found.evidence) or "whatever shows it"
        message = f"Nothing shows that it is done. Wanted is: {wanted}."
        yield codes.EVIDENCE_NEEDED.found(message, at="evidence")
    reopens = said.state == State.OPEN
    if (said.state == State.WAIVED or reopens) and not said.reason.strip():
        word = "opened" if reopens else "waived"
        yield codes.WAIVER_NEEDS_REASON.found(f"Nobody says why it is {word}.", at="reason")
    part = _part(said)
    if not any(part.covers(each.part) for each in found.parts):
        told = ", ".join(filter(None, (said.market, said.product, said.site, said.line)))
        message = f"The obligation {found.key} is not about {told[:120]}."
        yield codes.NO_SUCH_PART.found(message, at="part")
    for name, text, most in (
        ("reason", said.reason, TEXT_LENGTH_MAX),
        ("evidence", said.evidence, TEXT_LENGTH_MAX),
        ("owner", said.owner or "", OWNER_LENGTH_MAX),
    ):
        if len(text) > most:
            message = f"{name.capitalize()} has {len(text)} characters; at most {most} are kept."
            yield codes.NOTHING_SAID.found(message, at=name, remedy="Shorten the text.")


def _file_defects(file: File | None) -> Iterator[Finding]:
    if file is not None and not 1 <= len(file.content) <= FILE_BYTES_MAX:
        message = f"{file.name[:80]!r} has {len(file.content):,} bytes."
        yield codes.BAD_FILE.found(message, at="file")


def _part(said: Saying) -> Part:
    return Part(said.market, said.product, said.site, said.line)


def _keep(conn: Connection, actor: Actor, file: File, *, at: datetime) -> str:
    digest = hashlib.sha256(file.content).hexdigest()
    new = rows.NewEvidence(
        organisation_id=actor.organisation_id, sha256=digest,
        filename=file.name.rpartition("/")[2].rpartition("\\")[2][:200] or "file",
        media_type=file.media_type[:100], size=len(file.content), content=file.content, at=at,
        actor_name=actor.name,
    )  # fmt: skip
    rows.add_evidence(conn, new)
    return digest
