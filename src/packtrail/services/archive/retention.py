"""Retention: until when the records of a month must be kept, and what says so.

Two things say it: the rule packs of the markets in which a company sells, and the policies that the
company has set itself. Of everything that is said of a month, by all companies whose records it
holds, the longest counts. A policy can keep records longer than the law, never shorter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from packtrail.compliance.retention import keepings
from packtrail.compliance.spans import Span
from packtrail.services import rule_packs
from packtrail.services.markets import accepting
from packtrail.services.portfolio import books
from packtrail.store import holds, months, organisations
from packtrail.store import retention as rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection

    from packtrail.compliance.packs import Pack
    from packtrail.services.application import Application
    from packtrail.store.organisations import OrganisationRow
    from packtrail.store.retention import Policy

STARTS: Final = {"record": "the end of the month", "expiry": "the latest expiry"}
"""What a time counts from, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Until when something must be kept, as one rule pack or policy has it."""

    until: date
    """The last day on which it must be there."""
    organisation: str
    """Code of the company that it binds."""
    pack_id: str
    """The rule pack; of a policy nothing."""
    policy_id: int | None
    """The policy; of a rule pack None."""
    market: str
    """Whose rules they are, as people say it: `South Africa`; of a policy nothing."""
    markets: tuple[str, ...]
    span: str
    """Such as `6 years`."""
    counts_from: str
    """`record` or `expiry`."""
    since: date
    confidence: str
    """How sure the rule pack is of it; of a policy `own`."""
    source: str
    """What says so."""

    @property
    def term(self) -> str:
        """How long, in words: `6 years after the end of the month`."""
        return f"{self.span} after {STARTS[self.counts_from]}"

    @property
    def sayer(self) -> str:
        """Who says it, in words: `South Africa (za_sahpra)`, `policy 3`."""
        return f"{self.market} ({self.pack_id})" if self.pack_id else f"policy {self.policy_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Until when bodies stay in the database, as one policy has it."""

    until: date
    organisation: str
    policy_id: int
    span: str
    drops: bool
    """Whether a chore takes them out then; else that is proposed."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What keeps a month for other companies, all together: as much as a company is told of it."""

    companies: int = 0
    """How many have records in it."""
    until: date | None = None
    """The last day on which theirs must be kept, where that is later than the own."""
    live_until: date | None = None
    """The last day on which theirs stay in the database, where that is later than the own."""
    undecided: int = 0
    """How many do not say how long bodies stay in the database."""
    keepers: int = 0
    """How many do not let anything be destroyed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long a month is kept: company by company, and for those that are told only together."""

    organisations: tuple[str, ...]
    """Codes of the companies whose records it holds."""
    retention: tuple[Retention, ...]
    """The longest first."""
    live: tuple[Live, ...]
    """The longest first."""
    undecided: tuple[str, ...]
    """Companies whose policies do not say how long bodies stay in the database."""
    keepers: tuple[str, ...]
    """Companies whose policies do not let anything be destroyed."""
    others: Others = Others()
    """The companies that are not told one by one."""

    @property
    def until(self) -> date | None:
        """The last day on which it must be kept; None where nothing says one."""
        return _latest(self.others.until, (each.until for each in self.retention))

    @property
    def live_until(self) -> date | None:
        """The last day on which bodies stay in the database; None where no policy says one."""
        return _latest(self.others.live_until, (each.until for each in self.live))

    def is_live_over(self, on: date) -> bool:
        """Tell whether every company says that bodies need not be in the database any more."""
        if self.undecided or self.others.undecided:
            return False
        return self.live_until is not None and self.live_until < on

    def is_over(self, on: date) -> bool:
        """Tell whether everything may be destroyed, holds aside."""
        if self.keepers or self.others.keepers:
            return False
        return self.until is not None and self.until < on

    def seen_by(self, organisation: str) -> Kept:
        """Return the same as one company may see it: its own in full, the others together.

        Until when the month is kept, and whether that is over, stay what they are.

        Args:
            organisation: Code of the company.
        """
        own = tuple(each for each in self.retention if each.organisation == organisation)
        live = tuple(each for each in self.live if each.organisation == organisation)
        organisations, undecided, keepers = (
            tuple(code for code in some if code == organisation)
            for some in (self.organisations, self.undecided, self.keepers)
        )
        return Kept(
            organisations=organisations,
            retention=own,
            live=live,
            undecided=undecided,
            keepers=keepers,
            others=Others(
                companies=len(self.organisations) - len(organisations),
                until=_beyond(self.until, own),
                live_until=_beyond(self.live_until, live),
                undecided=len(self.undecided) - len(undecided),
                keepers=len(self.keepers) - len(keepers),
            ),
        )


@dataclass(slots=True)
class Rules:
    """What rule packs and policies say on a day; each is read once.

    Args:
        app: The application.
        conn: A connection.
        on: The day.
    """

    app: Application
    conn: Connection
    on: date
    _law: dict[int, tuple[Pack, ...]] = field(default_factory=dict)
    _policies: dict[int, tuple[Policy, ...]] = field(default_factory=dict)

    def of_month(self, day: date, last_expiry: date | None) -> Kept:
        """Return how long a month is kept.

        Args:
            day: Its first day.
            last_expiry: The latest expiry that was recorded until its end, where one was.
        """
        owners = organisations.by_ids(self.conn, rows.owners(self.conn, day))
        starts = {"record": months.next_month(day) - timedelta(days=1), "expiry": last_expiry}
        policies = {owner.code: self._reaching(owner, day) for owner in owners}
        said = [each for owner in owners for each in self._by_law(owner, starts)]
        live: list[Live] = []
        for code, some in policies.items():
            said += [_by_policy(each, code, starts) for each in some]
            live += [_live(each, code, starts["record"] or day) for each in some if each.live_for]
        return Kept(
            organisations=tuple(owner.code for owner in owners),
            retention=tuple(sorted(said, key=lambda e: (-e.until.toordinal(), e.pack_id))),
            live=tuple(sorted(live, key=lambda each: -each.until.toordinal())),
            undecided=tuple(
                code for code, some in policies.items() if not any(each.live_for for each in some)
            ),
            keepers=tuple(code for code, some in policies.items() if not _lets_destroy(some)),
        )

    def law(self, organisation_id: int) -> tuple[Pack, ...]:
        """Return the rule packs of the markets in which a company sells, sold or will sell.

        Of a company that has not written down where it sells, all that hold for it.
        """
        found = self._law.get(organisation_id)
        if found is None:
            held = accepting.in_force_for(self.app, self.conn, organisation_id)
            book = books.opened(self.app, self.conn, organisation_id).book
            sold = {each.market for each in book.licences.values()} & held.markets.keys()
            packs = {held.markets[market] for market in sold} or held.packs.keys()
            found = tuple(held.packs[name] for name in sorted(packs))
            self._law[organisation_id] = found
        return found

    def _by_law(
        self, owner: OrganisationRow, starts: dict[str, date | None]
    ) -> Iterator[Retention]:
        for pack in self.law(owner.organisation_id):
            for each in keepings(pack, self.on, starts):
                yield Retention(
                    until=each.until,
                    organisation=owner.code,
                    pack_id=pack.id,
                    policy_id=None,
                    market=pack.heading.name,
                    markets=pack.markets,
                    span=str(each.span),
                    counts_from=each.counts_from,
                    since=each.since,
                    confidence=each.said.confidence.value,
                    source="; ".join(map(pack.source_title, each.said.sources)),
                )

    def _reaching(self, owner: OrganisationRow, day: date) -> tuple[Policy, ...]:
        """Return the policies of a company that reach a month: of products only with them."""
        own = self._policies.get(owner.organisation_id)
        if own is None:
            own = tuple(rows.on_day(self.conn, [owner.organisation_id], self.on))
            self._policies[owner.organisation_id] = own
        return tuple(
            each
            for each in own
            if each.scope != "product" or holds.names_product(self.conn, each.subject, day)
        )


def installed_markets(app: Application) -> dict[str, str]:
    """Return the markets that rule packs know: code -> name of the pack."""
    return rule_packs.catalogue(app.settings).markets


def last_day(span: str, since: date) -> date:
    """Return the last day of a time that was checked when it was written."""
    read = Span.read(span)
    if read is None:
        raise ValueError(span)
    return read.after(since)


def _by_policy(policy: Policy, organisation: str, starts: dict[str, date | None]) -> Retention:
    """Return what a policy says of a month; without any expiry it counts from its end."""
    ended = starts["record"]
    since = starts[policy.counts_from] or ended
    if since is None:
        raise ValueError(policy)
    return Retention(
        until=last_day(policy.keep_for, since),
        organisation=organisation,
        pack_id="",
        policy_id=policy.policy_id,
        market="",
        markets=(policy.subject,) if policy.scope == "market" else (),
        span=policy.keep_for,
        counts_from=policy.counts_from if starts[policy.counts_from] else "record",
        since=since,
        confidence="own",
        source=policy.source,
    )


def _live(policy: Policy, organisation: str, ended: date) -> Live:
    return Live(
        until=last_day(policy.live_for or "", ended),
        organisation=organisation,
        policy_id=policy.policy_id,
        span=policy.live_for or "",
        drops=policy.live_end == "drop",
        source=policy.source,
    )


def _latest(day: date | None, days: Iterable[date]) -> date | None:
    return max((each for each in (day, *days) if each is not None), default=None)


def _beyond(until: date | None, own: tuple[Retention | Live, ...]) -> date | None:
    """Return a last day that is later than every own one."""
    return None if until == _latest(None, (each.until for each in own)) else until


def _lets_destroy(policies: Iterable[Policy]) -> bool:
    some = list(policies)
    return any(each.scope == "all" for each in some) and all(
        each.at_end == "destroy" for each in some
    )
