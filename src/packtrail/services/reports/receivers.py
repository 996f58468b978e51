"""Receivers: authorities and partners that take reports, which forms, and how files get there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail import gs1
from packtrail.access import Action, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.compliance.words import Role
from packtrail.exchange import calls
from packtrail.reporting import catalogue, codes
from packtrail.reporting.forms import Form
from packtrail.reporting.words import ChannelKind, ReceiverKind
from packtrail.services import auditing, rule_packs
from packtrail.store import receivers as rows
from packtrail.store import reports as report_rows

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.packs import Pack
    from packtrail.services.application import Application

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_FACTS_MAX: Final = 100
_TEXT_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who takes reports."""

    code: str
    """Short name, unique for the organisation: `mdlp`, `acme-wholesale`."""
    title: str
    market: str
    """ISO 3166 code, or `EU` for the EU Hub."""
    kind: ReceiverKind = ReceiverKind.AUTHORITY
    gln: str = ""
    """Of a partner."""
    forms: tuple[str, ...] = ()
    """What is watched for and built; none: the usual forms of the market."""
    roles: tuple[Role, ...] = ()
    """Parts that the organisation plays towards it; they decide which duties count."""
    channel: ChannelKind = ChannelKind.NONE
    folder: str = ""
    """Name of a folder below the folder of reports."""
    address: str = ""
    """To which files are posted."""
    answer_address: str = ""
    """Where the answer is asked for; `{reference}` is replaced by the receiver's number."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Facts that hold for all its reports."""
    is_automatic: bool = False
    """Reports without a defect are approved and sent by themselves, unless two must confirm."""
    takes_all: bool = False
    """Everything is for it, whatever markets the trade items name."""
    is_open: bool = True
    version_no: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""

    def wanted_forms(self) -> tuple[Form, ...]:
        """Return the forms that are watched for."""
        if self.forms:
            return tuple(catalogue.form(each) for each in self.forms)
        mine = frozenset(self.roles)
        return tuple(
            form
            for form in catalogue.forms_of(self.market)
            if form.is_usual and (not mine or not form.roles or mine & frozenset(form.roles))
        )


_KEPT: Final = ("code", "version_no", "changed_at", "changed_by")
"""Fields that stand beside the content of a row."""


def receivers(app: Application, actor: Actor) -> tuple[Receiver, ...]:
    """Return the receivers of the actor's organisation by code, closed ones too."""
    require(actor, Permission.REPORTING_READ)
    with app.database.reading() as conn:
        return all_of(conn, actor.organisation_id)


def receiver(app: Application, actor: Actor, code: str) -> Receiver:
    """Return a receiver.

    Raises:
        NotFound: `REP-025`, there is none of this code.
    """
    require(actor, Permission.REPORTING_READ)
    with app.database.reading() as conn:
        return required(conn, actor.organisation_id, code)


def put(app: Application, actor: Actor, wanted: Receiver) -> Receiver:
    """Add a receiver, or change one by adding a version.

    Args:
        app: The application.
        actor: Who does it.
        wanted: With `version_no` as it was seen last; 0 for a new one.

    Raises:
        RefusedError: `REP-026` with every defect.
        Conflict: `REP-033`, somebody else has changed it meanwhile.
        NotPermitted: The actor may not change receivers.
    """
    require(actor, Permission.RECEIVER_UPDATE)
    defects = tuple(_defects(app, wanted))
    if defects:
        raise RefusedError(*defects)
    at = app.clock()
    made = replace(wanted, version_no=wanted.version_no + 1, changed_at=at, changed_by=actor.name)
    content = {name: value for name, value in asdict(made).items() if name not in _KEPT}
    with app.database.transaction() as conn:
        before = rows.one(conn, actor.organisation_id, wanted.code)
        is_current = (before.version_no if before else 0) == wanted.version_no
        if not is_current or not rows.insert(
            conn,
            actor.organisation_id,
            wanted.code,
            made.version_no,
            msgspec.to_builtins(content),
            at=at,
            by=actor.name,
        ):
            message = f"The receiver {wanted.code!r} was changed meanwhile."
            raise Conflict(codes.STALE_REPORT.found(message))
        if before is None:
            report_rows.set_watermark(conn, actor.organisation_id, wanted.code, at)
        detail = {"version": made.version_no, "is_open": made.is_open}
        auditing.write(conn, actor, Action.RECEIVER_UPDATED, wanted.code, at=at, detail=detail)
    return made


def look_again(app: Application, actor: Actor, code: str, since: datetime) -> None:
    """Look again at events that were recorded since a moment; no event is reported twice.

    Raises:
        NotFound: `REP-025`, there is no such receiver.
    """
    require(actor, Permission.RECEIVER_UPDATE)
    at = app.clock()
    with app.database.transaction() as conn:
        required(conn, actor.organisation_id, code)
        report_rows.set_watermark(conn, actor.organisation_id, code, min(since, at))
        detail = {"since": since.isoformat()}
        auditing.write(conn, actor, Action.RECEIVER_UPDATED, code, at=at, detail=detail)


def all_of(conn: Connection, organisation_id: int) -> tuple[Receiver, ...]:
    """Return the receivers of an organisation."""
    return tuple(map(_receiver, rows.latest(conn, organisation_id)))


def required(conn: Connection, organisation_id: int, code: str) -> Receiver:
    """Return a receiver.

    Raises:
        NotFound: `REP-025`.
    """
    row = rows.one(conn, organisation_id, code)
    if row is None:
        raise NotFound(codes.NO_RECEIVER.found(f"There is no receiver {code[:80]!r}."))
    return _receiver(row)


def pack_for(packs: Catalogue, market: str) -> Pack | None:
    """Return the rules of a market, None where there are none."""
    return packs.packs.get(packs.markets.get(market, ""))


def codes_of(packs: Catalogue, receiver: Receiver) -> frozenset[str]:
    """Return the markets that a receiver stands for: the EU Hub for every member state."""
    pack = pack_for(packs, receiver.market)
    return frozenset({receiver.market, *(pack.markets if pack else ())})


def _receiver(row: rows.ReceiverRow) -> Receiver:
    own = {
        "code": row.code,
        "version_no": row.version_no,
        "changed_at": row.changed_at,
        "changed_by": row.changed_by,
    }
    return msgspec.convert({**row.content, **own}, Receiver)


# --- what is wrong with a receiver ----------------------------------------------------------------


def _defects(app: Application, wanted: Receiver) -> Iterator[Finding]:
    for message, at in _texts(app, wanted):
        yield codes.BAD_RECEIVER.found(message, at=at)


def _texts(app: Application, wanted: Receiver) -> Iterator[tuple[str, str]]:
    if not _CODE.fullmatch(wanted.code):
        yield f"{wanted.code[:80]!r} is no code of small letters, digits, dots and dashes.", "code"
    if not 0 < len(wanted.title.strip()) <= _TEXT_MAX:
        yield "The title is empty or too long.", "title"
    packs = rule_packs.catalogue(app.settings)
    if wanted.market not in packs.markets:
        yield f"{wanted.market[:20]!r} is no market that is known.", "market"
    yield from _form_texts(wanted)
    if wanted.gln and not _is_gln(wanted.gln):
        yield f"{wanted.gln[:40]!r} is no GLN.", "gln"
    if wanted.kind is ReceiverKind.PARTNER and not wanted.gln:
        yield "A partner needs its GLN.", "gln"
    yield from _channel_texts(app, wanted)
    if len(wanted.facts) > _FACTS_MAX:
        yield f"There are more than {_FACTS_MAX} facts.", "facts"
    if any(len(name) + len(value) > _TEXT_MAX for name, value in wanted.facts.items()):
        yield f"A fact has more than {_TEXT_MAX} characters.", "facts"


def _form_texts(wanted: Receiver) -> Iterator[tuple[str, str]]:
    known = catalogue.forms()
    for form_id in wanted.forms:
        if form_id not in known:
            yield f"There is no form {form_id[:80]!r}.", "forms"
        elif known[form_id].market != wanted.market:
            yield f"The form {form_id!r} is of {known[form_id].market}.", "forms"


def _channel_texts(app: Application, wanted: Receiver) -> Iterator[tuple[str, str]]:
    if wanted.channel is ChannelKind.FOLDER and not _CODE.fullmatch(wanted.folder):
        yield f"{wanted.folder[:80]!r} is no name of a folder.", "folder"
    if wanted.channel is ChannelKind.HTTP and not wanted.address:
        yield "An address is missing.", "address"
    networks = calls.Networks.of(app.settings.webhook_allowed_networks)
    for name in ("address", "answer_address"):
        url: str = getattr(wanted, name)
        if url:
            try:
                calls.check(url.replace("{reference}", "1"), networks)
            except calls.BadAddress as error:
                yield f"{url[:200]!r} {error}.", name


def _is_gln(text: str) -> bool:
    return len(text) == 13 and text.isdigit() and gs1.check_digit(text[:-1]) == text[-1]


def as_table(one: Receiver) -> dict[str, Any]:
    """Return a receiver as plain values, for doors."""
    plain: dict[str, Any] = msgspec.to_builtins(asdict(one))
    return plain
