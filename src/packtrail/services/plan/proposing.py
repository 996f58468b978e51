"""From the scope of a programme to its work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from packtrail.planning import codes
from packtrail.planning.proposals import propose
from packtrail.planning.technology.abilities import capabilities
from packtrail.planning.technology.upgrades import is_upgrade
from packtrail.planning.templates import TEMPLATES
from packtrail.services.plan import books
from packtrail.services.plan.held import held
from packtrail.services.plan.writing import Put, Remove, Written, as_read, write
from packtrail.services.technology.lines import believed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from packtrail.access import Actor
    from packtrail.base.findings import Finding
    from packtrail.planning.proposals import Proposal
    from packtrail.planning.scope import Capability
    from packtrail.planning.technology.abilities import Ability
    from packtrail.planning.work import Deadline, Link, WorkPackage
    from packtrail.services.application import Application
    from packtrail.services.plan.books import Opened


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a proposal would change in a programme."""

    opened: Opened
    new: tuple[WorkPackage, ...]
    links: tuple[Link, ...]
    """Those that a new package has, among themselves or with what is there."""
    deadlines: tuple[Deadline, ...]
    """Dates that the programme does not have yet."""
    changed: tuple[WorkPackage, ...]
    """Packages that are about other products now, as they would be."""
    gone: tuple[WorkPackage, ...]
    """Packages that were proposed, have not begun, and follow from nothing any more."""
    findings: tuple[Finding, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the programme has all that its scope makes necessary."""
        return not (self.new or self.deadlines or self.changed or self.gone)


def offer(app: Application, actor: Actor, programme: str, *, on: date | None = None) -> Offer:
    """Return what the scope of a programme makes necessary and its plan does not have.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
    """
    opened = books.opened(app, actor, programme)
    day = on or app.clock().date()
    able = {
        code: frozenset(each for each, ability in abilities.items() if ability.can)
        for code, abilities in lines_believed(app, actor, opened).items()
    }
    name, mark = f"offer/{opened.row.programme_id}", (opened.mark, day, able)
    return app.remembered.once(
        name, mark, lambda: _offer(opened, _proposal(app, opened, able, day))
    )


def _proposal(
    app: Application, opened: Opened, able: Mapping[str, frozenset[Capability]], day: date
) -> Proposal:
    """Return what a scope makes necessary, worked out anew only when the scope has changed."""
    scope = opened.book.scope(opened.terms)
    lines = [replace(each, capabilities=able[each.code]) for each in scope.lines]
    scope = replace(scope, lines=lines)
    name, mark = f"proposal/{opened.row.programme_id}", (scope, opened.terms.template, day)
    template = TEMPLATES[opened.terms.template]
    return app.remembered.once(name, mark, lambda: propose(scope, template, day))


def lines_believed(
    app: Application, actor: Actor, opened: Opened
) -> Mapping[str, Mapping[Capability, Ability]]:
    """Return what each line in scope can do, and what says so.

    Args:
        app: The application.
        actor: Who asks; all of an organisation get the same answer.
        opened: The programme.
    """
    with app.database.reading() as conn:
        there = held(app, conn, opened.row.organisation_id, app.clock().date())
        known = believed(app, conn, actor)
    return {
        code: capabilities(known.get(there.line_name(code)), line.capabilities)
        for code, line in opened.book.lines.items()
    }


def accept(
    app: Application,
    actor: Actor,
    programme: str,
    *,
    leave_out: Collection[str] = (),
    on: date | None = None,
) -> Written:
    """Put what is offered into the plan.

    Args:
        app: The application.
        actor: Who accepts it.
        programme: Code of the programme.
        leave_out: Codes of packages that are not to be put in, changed or taken out.
        on: The day; default: today.

    Raises:
        NotFound: `PLN-014`, there is no such programme.
        RefusedError: The plan could not be scheduled.
        Conflict: `PLN-016` or `PLN-017`, somebody else changed an entry meanwhile.
        NotPermitted: The actor may not change programmes.
    """
    found = offer(app, actor, programme, on=on)
    changes = [as_read(found.opened, each) for each in _accepted(found, frozenset(leave_out))]
    return write(app, actor, programme, changes, reason="Proposed from the scope")


def _offer(opened: Opened, proposal: Proposal) -> Offer:
    known = opened.book.packages
    proposed = {each.code: each for each in proposal.packages}
    new = tuple(each for each in proposal.packages if each.code not in known)
    fresh = {each.code for each in new}
    there = fresh | set(known)
    renewed = (_renewed(known[code], each) for code, each in proposed.items() if code in known)
    dated = {each.package for each in opened.book.deadlines.values()}
    return Offer(
        opened=opened,
        new=new,
        links=tuple(
            each
            for each in proposal.links
            if {each.predecessor, each.successor} & fresh
            and {each.predecessor, each.successor} <= there
        ),
        deadlines=tuple(
            each for each in proposal.deadlines if each.code not in opened.book.deadlines
        ),
        changed=tuple(each for each in renewed if each != known[each.code]),
        gone=tuple(
            each
            for code, each in known.items()
            if each.is_proposed
            and code not in proposed
            and not each.is_started
            and code not in dated
            and not is_upgrade(code)  # These follow from the radar of technology.
        ),
        findings=tuple(each for each in proposal.findings if not _is_answered(opened, each)),
    )


def _is_answered(opened: Opened, finding: Finding) -> bool:
    """Tell whether a finding is about a need that has passed and has its date in the plan."""
    need = finding.at.removeprefix("needs/")
    return finding.code == codes.NEED_HAS_PASSED.code and need in opened.book.deadlines


def _renewed(old: WorkPackage, new: WorkPackage) -> WorkPackage:
    """Return a package as it was, about what it is about now."""
    is_same = (old.title, old.products, old.reason) == (new.title, new.products, new.reason)
    if is_same or not old.is_proposed or old.is_done:
        return old
    return replace(old, title=new.title, products=new.products, reason=new.reason)


def _accepted(found: Offer, left_out: frozenset[str]) -> Iterator[Put | Remove]:
    kept = [each for each in (*found.new, *found.changed) if each.code not in left_out]
    there = {each.code for each in kept} | set(found.opened.book.packages)
    yield from (Put(each) for each in kept)
    yield from (
        Put(each) for each in found.links if each.predecessor in there and each.successor in there
    )
    yield from (Put(each) for each in found.deadlines if each.package in there)
    for each in found.gone:
        if each.code not in left_out:
            yield Remove("package", each.code)
