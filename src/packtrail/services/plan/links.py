"""Form links: with one, somebody without an account raises an input to a programme.

The secret of a link is shown once and kept as its SHA-256. A link works for a time, for a number of
inputs, at a rate, and until it is revoked; one that does not work any more tells nothing of why, so
that nobody learns which ever existed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from packtrail.access import Action, Actor, Permission, require
from packtrail.base.errors import LimitExceeded, NotFound, RefusedError
from packtrail.planning import codes
from packtrail.planning.inputs import InputKind, Way
from packtrail.planning.templates import Department
from packtrail.services import auditing
from packtrail.services.mail import outbox, private_links
from packtrail.services.mail.private_links import Purpose
from packtrail.services.plan import books, input_files
from packtrail.services.plan.inputs import NewInput, raise_in
from packtrail.store import input_links as rows
from packtrail.store import organisations as organisation_rows
from packtrail.store import plans as plan_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from packtrail.base.findings import Finding
    from packtrail.services.application import Application
    from packtrail.services.plan.input_files import HandedIn
    from packtrail.store.plans import ProgrammeRow

PREFIX: Final = "ptf_"
PATH: Final = "/tell/"
DAYS_MAX: Final = 366
USES_MAX: Final = 1_000
NAME_LENGTH_MAX: Final = 100
TITLE_LENGTH_MAX: Final = 300
TEXT_LENGTH_MAX: Final = 5_000
_HOUR: Final = timedelta(hours=1)
_SHARE_OF_ADDRESS: Final = 3
_MAY: Final = frozenset({Permission.PLAN_READ, Permission.PLAN_RAISE})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """A link to be made."""

    name: str
    """What it is for, such as `Packers of Cork 1`."""
    about: str = ""
    """What inputs of it are about, such as `line:cork-1`; empty: whoever writes says it."""
    department: Department | None = None
    """Of whoever writes; None: they say it."""
    days: int = 90
    """For how long it works."""
    uses: int = 100
    """For how many inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A form link, without its secret."""

    link_id: str
    name: str
    about: str
    department: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    uses: int
    uses_max: int
    revoked_at: datetime | None
    revoked_by: str | None
    last_used_at: datetime | None
    is_working: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A form link that has just been made."""

    path: str
    """Where its form is, with the secret: shown this once."""
    link: LinkView


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """What the form of a link shows."""

    organisation: str
    programme: str
    name: str
    about: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody says in a form."""

    kind: InputKind
    title: str
    text: str
    name: str
    """Who says it."""
    contact: str = ""
    """Mail address for the answer; may be empty."""
    about: str = ""
    department: Department | None = None
    request_id: str
    """Of the form: sent twice, it is one input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What somebody gets who has said something."""

    code: str
    """The reference."""
    path: str
    """Private page where the answer will be."""


def create(app: Application, actor: Actor, programme: str, new: NewLink) -> MadeLink:
    """Make a form link; its secret is returned this once.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: `PLN-043`, it has no name, or works for too long.
        NotPermitted: The actor may not change programmes.
    """
    require(actor, Permission.PLAN_UPDATE)
    if findings := tuple(_defects(new)):
        raise RefusedError(*findings)
    token, link_id, at = PREFIX + secrets.token_urlsafe(32), str(uuid4()), app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme)
        rows.add(
            conn, link_id=link_id, organisation_id=actor.organisation_id,
            programme_id=row.programme_id, name=new.name.strip(), about=new.about.strip(),
            department=new.department.value if new.department else "", token_sha256=_hash(token),
            created_at=at, created_by=actor.name, expires_at=at + timedelta(days=new.days),
            uses_max=new.uses,
        )  # fmt: skip
        detail = {
            "programme": row.code, "name": new.name.strip(), "about": new.about.strip(),
            "days": new.days, "uses": new.uses,
        }  # fmt: skip
        auditing.write(conn, actor, Action.INPUT_LINK_CREATED, link_id, at=at, detail=detail)
        made = next(e for e in rows.of_programme(conn, row.programme_id) if e.link_id == link_id)
    return MadeLink(path=PATH + token, link=_view(made, at))


def listed(app: Application, actor: Actor, programme: str) -> tuple[LinkView, ...]:
    """Return the form links of a programme, the newest first.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        NotPermitted: The actor may not change programmes.
    """
    require(actor, Permission.PLAN_UPDATE)
    at = app.clock()
    with app.database.reading() as conn:
        row = books.visible(conn, actor, programme)
        return tuple(_view(each, at) for each in rows.of_programme(conn, row.programme_id))


def revoke(app: Application, actor: Actor, programme: str, link_id: str) -> None:
    """End a form link at once; what came in through it stays.

    Raises:
        NotFound: `PLN-014`, there is no such programme; `PLN-041`, no such link that works.
        NotPermitted: The actor may not change programmes.
    """
    require(actor, Permission.PLAN_UPDATE)
    at = app.clock()
    with app.database.transaction() as conn:
        row = books.visible(conn, actor, programme)
        is_known = rows.is_id(link_id) and rows.revoke(
            conn, row.programme_id, link_id, at=at, by=actor.name
        )
        if not is_known:
            message = f"There is no link {link_id[:60]!r} that works."
            raise NotFound(codes.LINK_ENDED.found(message, at="link_id"))
        detail = {"programme": row.code}
        auditing.write(conn, actor, Action.INPUT_LINK_REVOKED, link_id, at=at, detail=detail)


def form(app: Application, token: str, *, is_open: bool = True) -> FormView:
    """Return what the form of a link shows.

    Args:
        app: The application.
        token: Secret of the link.
        is_open: Whether it must still take inputs; of one that is used up, the last form may come
            a second time.

    Raises:
        NotFound: `PLN-041`, no link has this secret, or it does not work any more.
    """
    with app.database.reading() as conn:
        link, row = _working(app, conn, token, is_open=is_open)
        (owner,) = organisation_rows.by_ids(conn, [link.organisation_id])
    return FormView(
        organisation=owner.name, programme=row.name, name=link.name, about=link.about,
        department=link.department,
    )  # fmt: skip


def hand_in(
    app: Application, token: str, told: Told, *, files: Sequence[HandedIn] = (), address: str
) -> Receipt:
    """Take down what somebody says in the form of a link.

    The input, its files, the use of the link and the audit row are one transaction.

    Args:
        app: The application.
        token: Secret of the link.
        told: What they say.
        files: Up to three.
        address: Network address of whoever says it; only a keyed hash of it is kept.

    Raises:
        NotFound: `PLN-041`, no link has this secret, or it does not work any more.
        LimitExceeded: `PLN-042`, too much came in through it, or from the address.
        RefusedError: `PLN-044`, `PLN-045`, a file or a field; `MAI-003`, the mail address.
    """
    at = app.clock()
    with app.database.transaction() as conn:
        link, row = _working(app, conn, token, is_open=False, is_locked=True)
        known = _known(conn, link, told)
        if known is not None:
            return _receipt(conn, row, known)
        if not _is_working(link, at):
            raise _ended()
        address_hash = private_links.keyed(conn, address)
        _require_calm(app, conn, link, address_hash, at)
        if findings := (*_said(told), *input_files.check(app.settings, files)):
            raise RefusedError(*findings)
        actor = _writer(link, told)
        row = books.visible(conn, actor, row.code, is_locked=True)
        made = raise_in(app, conn, actor, row, _input(link, told), at=at, files=files)
        rows.use(
            conn, link.link_id, request_id=told.request_id, address_hash=address_hash,
            code=made.code, at=at,
        )  # fmt: skip
        detail = {"programme": row.code, "link": link.link_id, "files": len(files)}
        auditing.write(conn, actor, Action.LINKED_INPUT_RAISED, made.code, at=at, detail=detail)
        return _receipt(conn, row, made.code)


def _working(
    app: Application,
    conn: Connection,
    token: str,
    *,
    is_open: bool = True,
    is_locked: bool = False,
) -> tuple[rows.LinkRow, ProgrammeRow]:
    """Return the link of a secret, if it works, and its programme."""
    link = None
    if token.startswith(PREFIX):
        link = rows.by_token(conn, _hash(token), is_locked=is_locked)
    row = plan_rows.by_id(conn, link.programme_id) if link else None
    if link is None or row is None or row.archived_at is not None:
        raise _ended()
    at = app.clock()
    if not (_is_working(link, at) if is_open else _is_valid(link, at)):
        raise _ended()
    return link, row


def _known(conn: Connection, link: rows.LinkRow, told: Told) -> str | None:
    """Return the code of the input that a form made when it was sent before."""
    if not rows.is_id(told.request_id):
        return None
    return rows.known_use(conn, link.link_id, told.request_id)


def _ended() -> NotFound:
    return NotFound(codes.LINK_ENDED.found("This link leads nowhere, or not any more."))


def _is_working(link: rows.LinkRow, at: datetime) -> bool:
    return _is_valid(link, at) and link.uses < link.uses_max


def _is_valid(link: rows.LinkRow, at: datetime) -> bool:
    """Tell whether a link was not ended, also when nothing is left of it."""
    return link.revoked_at is None and link.expires_at > at


def _require_calm(
    app: Application, conn: Connection, link: rows.LinkRow, address_hash: bytes, at: datetime
) -> None:
    most = app.settings.form_inputs_per_hour
    recent = rows.recent(conn, link.link_id, address_hash, since=at - _HOUR)
    if recent.of_link >= most or recent.of_address >= max(most // _SHARE_OF_ADDRESS, 1):
        raise LimitExceeded(codes.LINK_BUSY.found("Too much came in within an hour."))


def _defects(new: NewLink) -> Iterator[Finding]:
    if not 1 <= len(new.name.strip()) <= NAME_LENGTH_MAX:
        message = f"Its name has {len(new.name.strip())} letters; expected 1 to {NAME_LENGTH_MAX}."
        yield codes.BAD_LINK.found(message, at="name")
    if len(new.about) > TITLE_LENGTH_MAX:
        message = f"What it is about has {len(new.about)} letters; at most {TITLE_LENGTH_MAX}."
        yield codes.BAD_LINK.found(message, at="about")
    if not 1 <= new.days <= DAYS_MAX:
        message = f"It would work for {new.days} days; expected 1 to {DAYS_MAX}."
        yield codes.BAD_LINK.found(message, at="days")
    if not 1 <= new.uses <= USES_MAX:
        message = f"It would take {new.uses} inputs; expected 1 to {USES_MAX}."
        yield codes.BAD_LINK.found(message, at="uses")


def _said(told: Told) -> Iterator[Finding]:
    if not rows.is_id(told.request_id):
        yield codes.NOT_SAID.found("The form is not one of ours.", at="request_id")
    for name, text, least, most in (
        ("name", told.name, 1, NAME_LENGTH_MAX),
        ("title", told.title, 1, TITLE_LENGTH_MAX),
        ("text", told.text, 0, TEXT_LENGTH_MAX),
        ("about", told.about, 0, TITLE_LENGTH_MAX),
    ):
        length = len(text.strip())
        if not least <= length <= most:
            message = f"{name.capitalize()} has {length:,} letters; expected {least} to {most:,}."
            yield codes.NOT_SAID.found(message, at=name)
    if told.contact.strip() and not outbox.is_address(told.contact.strip()):
        message = f"{told.contact[:80]!r} is no mail address; leave it empty if you have none."
        yield codes.NOT_SAID.found(message, at="contact")


def _input(link: rows.LinkRow, told: Told) -> NewInput:
    department = Department(link.department) if link.department else told.department
    return NewInput(
        kind=told.kind, title=_line(told.title), text=told.text, department=department,
        about=link.about or _line(told.about), raised_by=_line(told.name), contact=told.contact,
        way=Way.LINK,
    )  # fmt: skip


def _writer(link: rows.LinkRow, told: Told) -> Actor:
    """Return whoever writes: nobody known, so the name says by which link they came."""
    actor = Actor.system("form link", organisation_id=link.organisation_id)
    return actor.with_permissions(_MAY).named(f"{_line(told.name)} (form link {link.name})")


def _receipt(conn: Connection, row: ProgrammeRow, code: str) -> Receipt:
    subject = f"{row.programme_id} {code}"
    return Receipt(code=code, path=private_links.path(conn, Purpose.STATUS, subject))


def _line(text: str) -> str:
    return " ".join(text.split())


def _view(row: rows.LinkRow, at: datetime) -> LinkView:
    return LinkView(
        link_id=row.link_id, name=row.name, about=row.about, department=row.department,
        created_at=row.created_at, created_by=row.created_by, expires_at=row.expires_at,
        uses=row.uses, uses_max=row.uses_max, revoked_at=row.revoked_at,
        revoked_by=row.revoked_by, last_used_at=row.last_used_at, is_working=_is_working(row, at),
    )  # fmt: skip


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
