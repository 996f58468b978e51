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
    from collections.abc import Iterator, Sequence
    from datetime import date

    from psycopg import Connection as Database

    from packtrail.access import Actor
    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.packs import Pack
    from packtrail.compliance.words import Role
    from packtrail.reporting.forms import Form
    from packtrail.services.application import Application

_TAKEN = (ReportState.ACKNOWLEDGED.value,)
_REFUSED = (ReportState.REJECTED.value, ReportState.PARTLY.value)


def reports_fit(
    app: Application, conn: Database, actor: Actor, law: Catalogue, market: str, on: date
) -> tuple[ReportAnswer, ...]:
    """Return how the connections of an organisation stand to what a market wants reported.

    Args:
        app: The application.
        conn: A connection to the database.
        actor: Who asks; without a look at reports nothing is said.
        law: The rules of all markets.
        market: ISO 3166 code.
        on: The day whose rules count.
    """
    if not actor.may(Permission.REPORTING_READ):
        return ()
    roles = portfolio_books.opened(app, conn, actor.organisation_id).book.company.roles or OWN_ROLES
    pack = law.pack_of(market)
    asked_by = _markets(law, pack, market)
    known = _forms(asked_by, roles)
    usual_last = sorted(known, key=lambda form: form.is_usual)
    told = {
        each.value: f"{form.format} for {form.system}"
        for form in usual_last
        for each in form.happenings
    }
    found = _connections(conn, actor, asked_by)
    return report_fit(report_wants(pack, on, roles), tuple(found), told)


def _markets(law: Catalogue, pack: Pack, market: str) -> tuple[str, ...]:
    """Return a market, and the union whose rules it has or builds on."""
    parent = law.packs.get(pack.heading.extends)
    unions = (each.heading.market for each in (pack, parent) if each is not None)
    return tuple(dict.fromkeys([market, *unions]))


def _forms(markets: Sequence[str], roles: frozenset[Role]) -> list[Form]:
    """Return the forms that a company sends, of the first of some markets that has any."""
    found = next((forms for each in markets if (forms := catalogue.forms_of(each))), ())
    return [each for each in found if not each.roles or roles & frozenset(each.roles)]


def _connections(conn: Database, actor: Actor, markets: Sequence[str]) -> Iterator[Connection]:
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
