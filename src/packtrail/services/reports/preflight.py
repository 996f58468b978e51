"""Pre-flight: any file that is to leave, checked as its receiver would, and the fixes applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packtrail.access import Action, Permission, require
from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.reporting import catalogue, codes
from packtrail.services import auditing
from packtrail.services.reports import checks
from packtrail.services.reports.receivers import all_of

if TYPE_CHECKING:
    from psycopg import Connection

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.reporting.checking import Fix
    from packtrail.reporting.forms import Form
    from packtrail.services.application import Application
    from packtrail.store.preflights import PreflightRow

BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """What a check of a file gave."""

    row: PreflightRow
    findings: tuple[Finding, ...]
    fixes: tuple[Fix, ...]
    repaired: bytes | None
    """The file with all fixes applied, where there are any."""


def run(
    app: Application, actor: Actor, name: str, content: bytes, *, wanted: str, keep: bool = True
) -> Preflight:
    """Check a file for a receiver.

    Args:
        app: The application.
        actor: Who asks.
        name: Of the file.
        content: The file.
        wanted: Code of a receiver, a form (`eg_csv`), or `receiver:form`.
        keep: Whether the result counts for the score.

    Raises:
        RefusedError: `REP-024`, no form or receiver of this name; `PRE-008`, the receiver has
            several forms and the file does not tell which.
        LimitExceeded: `PRE-040`, the file is larger than `BYTES_MAX`.
        NotPermitted: The actor may not check files.
    """
    require(actor, Permission.REPORTING_CREATE)
    if len(content) > BYTES_MAX:
        message = f"The file has {len(content):,} bytes; {BYTES_MAX:,} are the most."
        raise LimitExceeded(codes.TOO_LARGE.found(message))
    with app.database.transaction() as conn:
        form, receiver = _form_for(conn, actor, name, content, wanted)
        about = checks.About(receiver=receiver)
        if keep:
            row, checked = checks.keep(app, conn, actor, form, name, content, about=about)
            detail: dict[str, Any] = {"form": form.id, "score": row.score, "receiver": receiver}
            at = app.clock()
            auditing.write(conn, actor, Action.PREFLIGHT_RUN, name[:200], at=at, detail=detail)
        else:
            row, checked = checks.make(app, conn, actor, form, name, content, about=about)
    return Preflight(
        row=row, findings=checked.findings, fixes=checked.fixes, repaired=checked.repaired
    )


def _form_for(
    conn: Connection, actor: Actor, name: str, content: bytes, wanted: str
) -> tuple[Form, str]:
    """Return the form that a file is checked against, and the receiver."""
    first, _, second = wanted.partition(":")
    if second:
        return catalogue.form(second), first
    if first in catalogue.forms():
        return catalogue.form(first), ""
    found = {each.code: each for each in all_of(conn, actor.organisation_id)}
    if first not in found:
        message = f"{first[:80]!r} is neither a receiver nor a form."
        raise RefusedError(codes.NO_FORM.found(message, at="for"))
    forms = found[first].wanted_forms()
    fitting = [each for each in forms if name.lower().endswith(f".{each.suffix}")] or list(forms)
    best = _recognised(fitting, content)
    if best is None:
        known = ", ".join(each.id for each in fitting)
        message = f"Say which form of {first} the file is: {first}:FORM with one of {known}."
        raise RefusedError(codes.WRONG_FORM.found(message, at="for"))
    return best, first


def _recognised(forms: list[Form], content: bytes) -> Form | None:
    """Return the only form, or the one whose outermost names stand in the file."""
    if len(forms) == 1:
        return forms[0]
    head = content[:4_096].decode("utf-8", errors="replace")
    found = [form for form in forms if all(mark in head for mark in _marks(form))]
    return found[0] if len(found) == 1 else None


def _marks(form: Form) -> tuple[str, ...]:
    """Return what stands near the beginning of a file of a form, and of no other."""
    names: list[str] = []
    fields = form.fields
    for _ in range(4):
        named = [each for each in fields if each.name and not each.name.startswith("@")]
        if form.carrier.value == "csv":
            return tuple(each.name for row in fields for each in row.fields)
        if not named:
            break
        names.append(named[0].name.rpartition(":")[2])
        fields = named[0].fields
    return tuple(names)
