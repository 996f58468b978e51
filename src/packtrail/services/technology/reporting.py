"""The connections of a company to the receivers of a market, for what its rules want reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission
from packtrail.planning.needs import OWN_ROLES
from packtrail.planning.technology.reporting import (
    REGISTERED,
    Connection,
    ReportAnswer,
    report_fit,
    report_wants,
)
from packtrail.reporting import catalogue
from packtrail.reporting.life import State as ReportState
from packtrail.reporting.words import ChannelKind
from packtrail.services.portfolio import books as portfolio_books
from packtrail.services.reports import receivers
from packtrail.store import plan_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from psycopg import Connection as Database

    from packtrail.access import Actor
    from packtrail.compliance.packs import Pack
    from packtrail.compliance.words import Role
    from packtrail.reporting.forms import Form
    from packtrail.services.application import Application

_TAKEN = (ReportState.ACKNOWLEDGED.value,)
_REFUSED = (ReportState.REJECTED.value, ReportState.PARTLY.value)


def reports_fit(
    app: Application, conn: Database, actor: Actor, pack: Pack, market: str, on: date
) -> tuple[ReportAnswer, ...]:
    """Return how the connections of an organisation stand to what a market wants reported.

    Args:
        app: The application.
        conn: A connection to the database.
        actor: Who asks; without a look at reports nothing is said.
        pack: The rules of the market.
        market: ISO 3166 code.
        on: The day whose rules count.
    """
    if not actor.may(Permission.REPORTING_READ):
        return ()
    roles = portfolio_books.opened(app, conn, actor.organisation_id).book.company.roles or OWN_ROLES
    known = _forms(pack, market, roles)
    usual_last = sorted(known, key=lambda form: form.is_usual)
    told = {
        each.value: f"{form.format} for {form.system}"
        for form in usual_last
        for each in form.happenings
    }
    found = _connections(conn, actor, {market, pack.heading.market})
    return report_fit(report_wants(pack, on, roles), tuple(found), told)


def _forms(pack: Pack, market: str, roles: frozenset[Role]) -> list[Form]:
    """Return the forms of a market, or of the union whose rules it has, that the company sends."""
    found = catalogue.forms_of(market) or catalogue.forms_of(pack.heading.market)
    return [each for each in found if not each.roles or roles & frozenset(each.roles)]


def _connections(conn: Database, actor: Actor, markets: set[str]) -> Iterator[Connection]:
    own = actor.organisation_id
    answers = {each.receiver: each for each in plan_evidence.reports(conn, own, _TAKEN, _REFUSED)}
    for each in receivers.all_of(conn, own):
        if not each.is_open or each.market not in markets:
            continue
        forms, answer = each.wanted_forms(), answers.get(each.code)
        formats = ", ".join(dict.fromkeys(form.format for form in forms))
        is_by_hand = each.channel is ChannelKind.NONE
        happenings = {told.value for form in forms for told in form.happenings}
        yield Connection(
            receiver=each.title,
            happenings=frozenset(happenings | {REGISTERED}),
            protocol=f"{formats}, {'by hand' if is_by_hand else each.channel.value}",
            is_by_hand=is_by_hand,
            taken_on=answer.taken_at.date() if answer and answer.taken_at else None,
            rejected=answer.refused if answer else 0,
        )
