"""Which rules are in force for an organisation: the versions that somebody has accepted.

Packtrail brings new versions of rule packs with every release, and folders of one's own change.
What an organisation decides by does not change by itself: the first portfolio takes what is
installed then, and every later version waits until a person accepts it with a reason. Accepted
versions are kept with their files, so that they hold even where the installed ones are newer.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance import codes
from packtrail.compliance.catalogue import Catalogue
from packtrail.compliance.loading import load
from packtrail.services import auditing, rule_packs
from packtrail.store import rule_packs as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.compliance.packs import Pack
    from packtrail.services.application import Application

BASELINE: Final = "In force when the portfolio was begun"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A version that somebody accepted."""

    pack_id: str
    version: str
    sha256: str | None
    """None: the pack no longer holds."""
    reason: str
    at: datetime
    by: str
    number: int


def in_force(app: Application, actor: Actor) -> Catalogue:
    """Return the rule packs that hold for the actor's organisation.

    Before it has a portfolio, those that are installed hold.

    Raises:
        RefusedError: `LAW-017`, an accepted version cannot be read by this Packtrail any more.
    """
    with app.database.reading() as conn:
        return in_force_for(app, conn, actor.organisation_id)


def in_force_for(app: Application, conn: Connection, organisation_id: int) -> Catalogue:
    """Return the rule packs that hold for an organisation."""
    installed = rule_packs.catalogue(app.settings)
    accepted = rows.accepted(conn, organisation_id)
    if not accepted:
        return installed
    mark = (id(installed), tuple((each.pack_id, each.sha256) for each in accepted))
    name = f"rules {organisation_id}"
    known = app.remembered.get(name, mark)
    if isinstance(known, Catalogue):
        return known
    made = _catalogue(conn, installed, {each.pack_id: each.sha256 for each in accepted})
    app.remembered.put(name, mark, made)
    return made


def acceptances(
    app: Application,
    actor: Actor,
    *,
    pack_id: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> tuple[Acceptance, ...]:
    """Return what was accepted by whom and why, the newest first."""
    require(actor, Permission.OBLIGATION_READ)
    with app.database.reading() as conn:
        found = rows.history(
            conn, actor.organisation_id, pack_id=pack_id, before=before, limit=limit
        )
    return tuple(
        Acceptance(
            pack_id=row.pack_id, version=row.version, sha256=row.sha256, reason=row.reason,
            at=row.at, by=row.actor_name, number=row.acceptance_no,
        )
        for row in found
    )  # fmt: skip


def accept(
    app: Application, actor: Actor, pack_ids: Sequence[str], *, reason: str
) -> tuple[str, ...]:
    """Let the installed versions of packs hold for the actor's organisation from now on.

    Args:
        app: The application.
        actor: Who accepts them.
        pack_ids: Packs that are new, changed, or gone; none: all of these.
        reason: Why.

    Returns:
        The packs of which another version holds now.

    Raises:
        NotFound: `LAW-014`, a pack is neither installed nor accepted.
        RefusedError: `PTF-009`, no reason; `LAW-006` or another, the packs would not fit together:
            accept those that the finding names in the same call.
        NotPermitted: The actor may not.
    """
    require(actor, Permission.RULES_ACCEPT)
    if not reason.strip():
        message = "Other rules would hold from now on, and nobody says why."
        raise RefusedError(codes.REASON_NEEDED.found(message, at="reason"))
    at = app.clock()
    installed = rule_packs.catalogue(app.settings)
    with app.database.transaction() as conn:
        before = _accepted_or_installed(conn, installed, actor.organisation_id)
        wanted = list(pack_ids) or sorted({*installed.own, *before})
        after = _after(before, installed, wanted)
        changed = tuple(name for name in wanted if before.get(name) != after.get(name))
        _catalogue(conn, installed, after)
        _write(app, conn, actor, installed, {name: after.get(name) for name in changed}, reason, at)
    return changed


def begin(app: Application, conn: Connection, actor: Actor, *, at: datetime) -> None:
    """Let the installed versions hold for an organisation that begins its portfolio."""
    if not rows.accepted(conn, actor.organisation_id):
        installed = rule_packs.catalogue(app.settings)
        versions = {name: _digest(pack) for name, pack in installed.own.items()}
        _write(app, conn, actor, installed, versions, BASELINE, at)


def accepted_packs(conn: Connection, installed: Catalogue, organisation_id: int) -> dict[str, Pack]:
    """Return the packs that hold for an organisation as they stand in their folders, by name."""
    versions = _accepted_or_installed(conn, installed, organisation_id)
    return dict(_packs(conn, installed, versions))


def _accepted_or_installed(
    conn: Connection, installed: Catalogue, organisation_id: int
) -> dict[str, str | None]:
    accepted = rows.accepted(conn, organisation_id)
    if not accepted:
        return {name: _digest(pack) for name, pack in installed.own.items()}
    return {each.pack_id: each.sha256 for each in accepted}


def _after(
    before: Mapping[str, str | None], installed: Catalogue, wanted: Iterable[str]
) -> dict[str, str | None]:
    after = dict(before)
    for name in wanted:
        if name not in installed.own and name not in before:
            message = f"There is no rule pack {name[:80]!r}."
            raise NotFound(codes.NO_PACK.found(message, at="pack"))
        pack = installed.own.get(name)
        after[name] = _digest(pack) if pack else None
    return after


def _write(
    app: Application,
    conn: Connection,
    actor: Actor,
    installed: Catalogue,
    versions: Mapping[str, str | None],
    reason: str,
    at: datetime,
) -> None:
    missing = _missing(conn, versions)
    files = rule_packs.files_of(app.settings, missing)
    rows.keep(conn, (_version(installed.own[name], files[name], at) for name in sorted(files)))
    rows.accept(
        conn,
        [
            rows.NewAcceptance(
                organisation_id=actor.organisation_id, pack_id=name, sha256=sha256,
                version=installed.own[name].heading.version if sha256 else "",
                reason=reason.strip(), at=at, actor_kind=actor.kind.value, actor_id=actor.id,
                actor_name=actor.name,
            )
            for name, sha256 in sorted(versions.items())
        ],
    )  # fmt: skip
    if versions:
        told = sorted(versions)
        subject = told[0] if len(told) == 1 else f"{len(told)} rule packs"
        detail = {"packs": {name: versions[name] for name in told}, "reason": reason.strip()}
        auditing.write(conn, actor, Action.RULES_ACCEPTED, subject, at=at, detail=detail)


def _missing(conn: Connection, versions: Mapping[str, str | None]) -> set[str]:
    kept = rows.kept(conn)
    return {name for name, sha256 in versions.items() if sha256 and (name, sha256) not in kept}


def _catalogue(
    conn: Connection, installed: Catalogue, versions: Mapping[str, str | None]
) -> Catalogue:
    if versions == {name: _digest(pack) for name, pack in installed.own.items()}:
        return installed
    return Catalogue.of(pack for _, pack in _packs(conn, installed, versions))


def _packs(
    conn: Connection, installed: Catalogue, versions: Mapping[str, str | None]
) -> Iterator[tuple[str, Pack]]:
    for name, sha256 in versions.items():
        if sha256 is None:
            continue
        pack = installed.own.get(name)
        is_same = pack is not None and _digest(pack) == sha256
        yield name, pack if pack and is_same else _kept(conn, name, sha256)


def _kept(conn: Connection, name: str, sha256: str) -> Pack:
    content = rows.files(conn, name, sha256)
    if content is None:
        message = f"The accepted version of {name} is not kept."
        raise RefusedError(codes.VERSION_LOST.found(message, at=name))
    try:
        return _loaded(content)
    except RefusedError as refused:
        message = f"The accepted version of {name} cannot be read: {refused}"
        raise RefusedError(codes.VERSION_LOST.found(message, at=name)) from None


@lru_cache(maxsize=256)
def _loaded(content: bytes) -> Pack:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return load(files).required()


def _digest(pack: Pack) -> str:
    return pack.layers[-1].sha256


def _version(pack: Pack, files: Mapping[str, bytes], at: datetime) -> rows.NewVersion:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return rows.NewVersion(
        pack_id=pack.id, sha256=_digest(pack), version=pack.heading.version,
        title=pack.heading.title, files=content.getvalue(), seen_at=at,
    )  # fmt: skip
