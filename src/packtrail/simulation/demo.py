"""The demo world: a simulated year handed to a Packtrail, message by message, as partners would.

Each organisation captures its own messages, the contract packer those of the makers it packs for.
Loading goes on where it was cut off: a message that is in already is not captured again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.access import Actor
from packtrail.base.errors import Conflict, UsageError
from packtrail.services.accounts import accounts, organisations
from packtrail.services.capture import capture
from packtrail.simulation import (
    capacity_story,
    company_packs,
    demo_alerts,
    demo_lines,
    demo_recalls,
    portfolio,
    programme,
    supply,
    technology,
)
from packtrail.simulation.filings import Filings
from packtrail.simulation.world import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from packtrail.services.application import Application
    from packtrail.simulation.authority import AuthorityServer
    from packtrail.simulation.world import World

PACKS = 1200
SEED = 8
VISITED = ("asterion", "corvus-cmo", "delta-wholesale", "foxglove-pharmacies")
"""The organisations one can look around in: maker, contract packer, wholesaler, and the pharmacies
that meet the counterfeiter."""
USER = "demo-{}"
COMPANY = "asterion"
"""The maker that has a programme."""
WHOLESALER = "delta-wholesale"
"""Who has a recall that goes to many pharmacies."""


@dataclass(frozen=True, slots=True)
class Door:
    """A way into the demo world, as one of its organisations."""

    organisation_name: str
    part: str
    token: str
    """Secret of a link that signs in once."""


def load(
    app: Application,
    *,
    authority: AuthorityServer | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> int:
    """Load the demo world, or what is missing of it; return how many messages were captured.

    Args:
        app: An application whose store is empty or holds the demo world.
        authority: Fake authorities to which one of the makers reports; None: it reports nothing.
        on_progress: Called with the number of messages dealt with so far.

    Raises:
        UsageError: The store holds somebody's own data, or a message of the world was refused.
    """
    world = simulate(PACKS, SEED)
    _require_demo_store(app, world)
    acting = actors(app, world)
    portfolio.load(app)
    known = {code: _captured(app, actor) for code, actor in acting.items()}
    captured = 0
    for number, document in enumerate(world.documents(), start=1):
        if document.name not in known[document.recorded_by_code]:
            job = capture.submit(
                app,
                acting[document.recorded_by_code],
                document.content,
                media_type=document.media_type,
                filename=document.name,
                owner=document.owner_code,
            )
            if not job.success:
                reasons = "; ".join(f"{each.at} {each.message}" for each in job.findings[:3])
                raise UsageError(f"The demo's message {document.name} was refused: {reasons}")
            captured += 1
        if on_progress:
            on_progress(number)
    supply.stock(app, acting)
    demo_lines.load(app)
    company_packs.load(app, acting[COMPANY])
    technology.load(app, acting[COMPANY])
    programme.load(app, acting[COMPANY])
    demo_alerts.load(app, acting[COMPANY])
    demo_recalls.load(app, acting[COMPANY], has_drill=True)
    demo_recalls.load(app, acting[WHOLESALER], has_drill=False)
    capacity_story.load(app, acting[COMPANY])
    if authority is not None:
        Filings(app, acting[COMPANY], authority).load()
    return captured


def doors(app: Application) -> tuple[Door, ...]:
    """Make a one-time link into each of the organisations one can look around in."""
    parts = {each.code: each for each in simulate(PACKS, SEED).organisations}
    return tuple(_door(app, parts[code].name, parts[code].part.value, code) for code in VISITED)


def _door(app: Application, name: str, part: str, code: str) -> Door:
    actor = organisations.system_actor(app, "demo", organisation=code)
    user = USER.format(code)
    if user not in {each.name for each in accounts.users(app, actor)}:
        accounts.create_user(
            app, actor, user, role="administrator", display_name=f"Demo visitor at {name}"
        )
    return Door(name, part.replace("_", " "), accounts.create_sign_in_link(app, actor, user))


def _require_demo_store(app: Application, world: World) -> None:
    known = {each.code for each in organisations.all_organisations(app, Actor.system("demo"))}
    demo = {each.code for each in world.organisations}
    foreign = known - demo
    # A visitor may well open organisations of their own beside those of the demo.
    if foreign and not demo <= known:
        raise UsageError(
            f"This store belongs to {', '.join(sorted(foreign))}, so the demo is not loaded into "
            "it: use `packtrail up`, or another directory with --data."
        )


def actors(app: Application, world: World) -> dict[str, Actor]:
    """Open the organisations of a world with their agreements; return who acts for each."""
    installation = Actor.system("demo")
    for each in world.organisations:
        try:
            organisations.create_organisation(
                app, installation, each.code, name=each.name, gln=each.gln
            )
        except Conflict:  # Loaded before: the organisation stands already.
            continue
    acting = {
        each.code: organisations.system_actor(app, "demo", organisation=each.code)
        for each in world.organisations
    }
    for agreement in world.agreements:
        organisations.allow_recording(app, acting[agreement.owner_code], agreement.partner_code)
    return acting


def _captured(app: Application, actor: Actor) -> set[str | None]:
    names: set[str | None] = set()
    before: str | None = None
    while page := capture.jobs(app, actor, limit=500, before=before):
        names |= {job.filename for job in page if job.success}
        before = page[-1].capture_id
    return names
