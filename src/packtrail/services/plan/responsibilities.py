"""Who has to do with which work package: as its kind proposes, or as somebody said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packtrail.base.errors import NotFound
from packtrail.base.findings import Finding
from packtrail.planning import codes
from packtrail.planning.departments import Department, Part
from packtrail.planning.raci import check_raci, in_order, own_raci, raci_of
from packtrail.planning.templates import TEMPLATES
from packtrail.services.plan import books
from packtrail.services.plan.writing import Put, Written, write

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.planning.work import WorkPackage
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class RaciView:
    """Who has to do with a work package, as plain values."""

    package: str
    title: str
    kind: str
    raci: Mapping[Department, Part]
    is_own: bool
    """Whether the package says it itself, not its kind of work."""
    revision: int
    findings: tuple[Finding, ...]


def raci_view(
    app: Application, actor: Actor, programme: str, *, package: str = ""
) -> tuple[RaciView, ...]:
    """Return who has to do with each package that is not done, by code; or with one.

    Args:
        app: The application.
        actor: Who asks.
        programme: Code of the programme.
        package: Only this one, done or not.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or package.
    """
    opened = books.opened(app, actor, programme)
    if package:
        return (_view(opened, _one(opened, package)),)
    return tuple(_view(opened, e) for e in opened.book.packages.values() if not e.is_done)


def unclear(opened: Opened) -> frozenset[str]:
    """Return the codes of packages that nobody answers for, or several departments do."""
    template = TEMPLATES[opened.terms.template]
    # What the templates propose has one that answers: only what people said can be unclear.
    own = (each for each in opened.book.packages.values() if each.raci)
    return frozenset(each.code for each in own if any(check_raci([each], template)))


def put_raci(
    app: Application,
    actor: Actor,
    programme: str,
    code: str,
    raci: Mapping[Department, Part],
    *,
    revision: int | None = None,
    reason: str = "",
) -> Written:
    """Say who has to do with a package; what is as its kind proposes follows the kind from then on.

    Args:
        app: The application.
        actor: Who says it.
        programme: Code of the programme.
        code: Code of the package.
        raci: All of it; nothing: as the kind of work proposes.
        revision: The revision that the change was made from; None: that of now.
        reason: Why; part of the history.

    Raises:
        NotFound: `PLN-014` or `PLN-015`, there is no such programme or package.
        Conflict: `PLN-016`, somebody else changed the package.
        NotPermitted: The actor may not change programmes.
    """
    opened = books.opened(app, actor, programme)
    known = _one(opened, code)
    kept = own_raci(known, raci, TEMPLATES[opened.terms.template])
    mark = opened.marks["package", code].revision
    put = Put(replace(known, raci=kept), mark if revision is None else revision)
    return write(app, actor, programme, [put], reason=reason)


def _one(opened: Opened, code: str) -> WorkPackage:
    known = opened.book.packages.get(code)
    if known is None:
        message = f"There is no work package {code[:80]!r}."
        raise NotFound(codes.NO_ENTRY.found(message, at="package"))
    return known


def _view(opened: Opened, package: WorkPackage) -> RaciView:
    template = TEMPLATES[opened.terms.template]
    return RaciView(
        package=package.code,
        title=package.title,
        kind=package.kind.value,
        raci=in_order(raci_of(package, template)),
        is_own=bool(package.raci),
        revision=opened.marks["package", package.code].revision,
        findings=tuple(check_raci([package], template)),
    )
