"""Samples: which of the cases that arrived are opened, drawn by a seed that is kept."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Final

from packtrail.access import Action, Permission, require
from packtrail.base.errors import RefusedError
from packtrail.hierarchy.inference import sample_size
from packtrail.hierarchy.trusting import draw as drawn_of
from packtrail.services import auditing
from packtrail.services.accounts.organisations import visible_to
from packtrail.services.codes import NOTHING_TO_DRAW
from packtrail.services.goods import shipments
from packtrail.services.goods.following import Scope
from packtrail.store import inference as rows

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.inference.judging import Decided

SEED_BYTES: Final = 16


def draw(app: Application, actor: Actor, text: str) -> shipments.ShipmentView:
    """Draw the samples that the rules ask for, of what has arrived of a shipment.

    The seed is random and made now, so that no sender can foresee which cases are opened; it is
    kept, so that anybody can draw them again. What arrives later is drawn by itself.

    Args:
        app: The application.
        actor: Who draws; the rules of its organisation decide.
        text: Number or identifier of the document.

    Raises:
        RefusedError: `TRC-022`, nothing is to be drawn; and see `shipments.shipment`.
        NotPermitted: The actor may not record events.
    """
    require(actor, Permission.CAPTURE_CREATE)
    document = shipments.document_of(app, actor, text)
    with app.database.transaction() as conn:
        rows.lock(conn, actor.organisation_id)
        scope = Scope(app, conn, visible_to(conn, actor), None, None)
        found = shipments.followed(scope, actor, document)
        waiting = [each for each in found.decided if each.waits_for_draw]
        if not waiting:
            text = f"No sample is to be drawn of {document.identifier[:200]!r} now."
            raise RefusedError(NOTHING_TO_DRAW.found(text))
        for each in waiting:
            row = _drawn(app, actor, document.identifier, each)
            number = rows.add_draw(conn, actor.organisation_id, row)
            detail = {
                "document": row.document, "rule": row.rule_no, "seed": row.seed,
                "cases": len(row.population), "drawn": row.drawn,
            }  # fmt: skip
            auditing.write(
                conn, actor, Action.SAMPLE_DRAWN, f"draw {number}", at=row.drawn_at, detail=detail
            )
    return shipments.shipment(app, actor, document.identifier)


def _drawn(app: Application, actor: Actor, document: str, each: Decided) -> rows.DrawRow:
    population = [case.identifier for case in each.cases if case.arrival]
    seed = token_hex(SEED_BYTES)
    count = sample_size(len(population), each.policy)
    return rows.DrawRow(
        draw_no=0,
        document=document,
        rule_no=each.rule.number if each.rule else 0,
        seed=seed,
        population=population,
        drawn=list(drawn_of(seed, population, count)),
        drawn_at=app.clock(),
        actor_name=actor.name,
    )
