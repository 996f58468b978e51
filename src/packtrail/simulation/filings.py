"""The demo company's reports: who it tells, what it has told, and what is still to be done.

Everything goes the way it goes in earnest: found by the watch, built from the recorded year,
checked, approved, handed over to fake authorities over HTTP, answered. Some is left to the visitor.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from packtrail.compliance.words import Role
from packtrail.reporting.life import State
from packtrail.reporting.words import ChannelKind, ReceiverKind
from packtrail.services.reports import (
    asking,
    facts,
    making,
    moving,
    preflight,
    receivers,
    sending,
    viewing,
    watching,
)
from packtrail.services.reports.asking import Wish
from packtrail.services.reports.receivers import Receiver
from packtrail.simulation.authority.systems import Incoming
from packtrail.simulation.organisations import ASTERION, ASTERION_SEAT, DELTA
from packtrail.simulation.products import PRODUCTS
from packtrail.simulation.timetable import FIRST_DAY, US_EASTERN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.reports.viewing import ReportLine
    from packtrail.simulation.authority import AuthorityServer

LOOPBACK: Final = "127.0.0.0/8"
"""The network of the fake authorities, which an operator has to allow."""
LEFT_DUE: Final = 2
"""Newest reports of a receiver that are left for the visitor."""
_REFUSED_EVERY: Final = 40
_DATE: Final = re.compile(rb"(>)(\d{4})-(\d\d)-(\d\d)(<)")
_PLACES: Final[dict[str, str]] = {"hub": "eu-hub", "eptts": "portal", "delta": "partner"}
"""Receiver -> path of the fake authority that plays it."""
_EU_FACTS: Final[dict[str, str]] = {
    "markets": "DE AT",
    "eu_common_name": "zephrelinum",
    "eu_pack_type": "vial",
    "eu_pack_size": "10",
    "eu_atc": "N01BB52",
    "DE.mah_name": "Asterion Therapeutics GmbH",
    "DE.mah_street": "Rabengasse 3",
    "DE.mah_city": "Ulm",
    "DE.mah_postcode": "89073",
    "DE.mah_country": "DE",
    "AT.mah_name": "Asterion Therapeutics GmbH",
    "AT.mah_street": "Rabengasse 3",
    "AT.mah_city": "Ulm",
    "AT.mah_country": "DE",
}


@dataclass(frozen=True, slots=True)
class Filings:
    """Makes the reports of the demo company."""

    app: Application
    actor: Actor
    authority: AuthorityServer

    def load(self) -> int:
        """Make the year's reports; return how many there are then."""
        if receivers.receivers(self.app, self.actor):
            self._remind()
            return 0
        self._say()
        for each in self._receivers():
            receivers.put(self.app, self.actor, each)
            beginning = US_EASTERN.at(FIRST_DAY, 0)
            receivers.look_again(self.app, self.actor, each.code, beginning)
        for product in PRODUCTS:
            if product.maker is ASTERION and product.market == "EU":
                wish = Wish(receiver="hub", form="eu_product_data", gtin=product.gtin())
                self._finish(asking.create(self.app, self.actor, wish).number)
        watching.find_due_of(self.app, self.actor.organisation_id)
        return self._go_through()

    def _say(self) -> None:
        """Say where products are sold, and what forms ask of them."""
        for product in PRODUCTS:
            if product.maker is ASTERION:
                told = {"markets": product.market} if product.market == "US" else _EU_FACTS
                facts.put(self.app, self.actor, "item", product.gtin(), told)
        seat = {
            "name": ASTERION_SEAT.name,
            "streetAddressOne": ASTERION_SEAT.street,
            "city": ASTERION_SEAT.city,
            "countryCode": ASTERION_SEAT.country,
        }
        facts.put(self.app, self.actor, "place", ASTERION.gln, seat)

    def _receivers(self) -> tuple[Receiver, ...]:
        return (
            self._over_http(
                Receiver(
                    code="delta",
                    title=DELTA.name,
                    market="US",
                    kind=ReceiverKind.PARTNER,
                    gln=DELTA.gln,
                    roles=(Role.MANUFACTURER,),
                )
            ),
            self._over_http(
                Receiver(
                    code="hub",
                    title="EU Hub",
                    market="EU",
                    roles=(Role.MARKETING_AUTHORISATION_HOLDER,),
                )
            ),
        )

    def _over_http(self, receiver: Receiver) -> Receiver:
        place = f"{self.authority.address}/{_PLACES[receiver.code]}/reports"
        return replace(
            receiver,
            channel=ChannelKind.HTTP,
            address=place,
            answer_address=f"{place}/{{reference}}",
        )

    # --- the reports ------------------------------------------------------------------------------

    def _go_through(self) -> int:
        """Bring every report as far as it goes; leave the newest of each receiver alone."""
        lines = viewing.reports(self.app, self.actor, viewing.wanted(limit=500))
        seen: dict[str, int] = {}
        ready = []
        for line in lines:
            seen[line.receiver] = seen.get(line.receiver, 0) + 1
            if line.state is State.DUE and seen[line.receiver] > LEFT_DUE:
                ready.append(line)
        # Packs must be reported before their states are; one lot meets a bad day.
        lots = [line.number for line in ready if line.form == "eu_pack_data"]
        for line in sorted(ready, key=lambda each: (each.form == "eu_pack_state", each.number)):
            with self._bad_day(line.number == max(lots, default=0)):
                self._finish(line.number)
            if line.happened_at is not None:
                self._check(line, line.happened_at)
        return len(lines)

    @contextmanager
    def _bad_day(self, is_one: bool) -> Iterator[None]:  # noqa: FBT001 - a name would say it again
        """Let the hub refuse some packs of one report."""
        system = self.authority.systems[_PLACES["hub"]]
        before = system.faults
        system.faults = replace(before, reject_every=_REFUSED_EVERY) if is_one else before
        yield
        system.faults = before

    def _finish(self, number: int) -> None:
        """Build, approve and send a report, and ask for the answer."""
        made = making.build(self.app, self.actor, number)
        if made.state != State.CHECKED:
            return
        moving.approve(self.app, self.actor, number)
        for _ in range(2):
            sent = sending.send_now(self.app, self.actor, number)
            if sent.state != State.SENT:
                return

    def _check(self, line: ReportLine, happened_at: datetime) -> None:
        """Check the files of a report as of the day they were due, some with a slip before."""
        then = replace(self.app, clock=partial(_at, happened_at))
        wanted = f"{line.receiver}:{line.form}"
        for told in viewing.report(self.app, self.actor, line.number).files:
            if told.role == making.OUTGOING:
                _, content = viewing.file(self.app, self.actor, line.number, told.file_no)
                slipped = _with_slip(content)
                if line.number % 3 == 0 and slipped != content:
                    preflight.run(then, self.actor, told.name, slipped, wanted=wanted)
                preflight.run(then, self.actor, told.name, content, wanted=wanted)

    # --- another start ----------------------------------------------------------------------------

    def _remind(self) -> None:
        """Tell a fake authority that was started anew what it knew, and receivers where it is."""
        for each in receivers.receivers(self.app, self.actor):
            if each.code in _PLACES:
                moved = self._over_http(each)
                if moved != each:
                    receivers.put(self.app, self.actor, moved)
                self._replay(each.code)

    def _replay(self, code: str) -> None:
        system = self.authority.systems[_PLACES[code]]
        wanted = viewing.wanted(
            (State.SENT, State.ACKNOWLEDGED, State.PARTLY), receiver=code, limit=500
        )
        for line in reversed(viewing.reports(self.app, self.actor, wanted)):
            view = viewing.report(self.app, self.actor, line.number)
            for told in view.files:
                if told.role == making.OUTGOING and told.version_no == line.version_no:
                    _, content = viewing.file(self.app, self.actor, line.number, told.file_no)
                    system.receive(Incoming(identity="", name=told.name, content=content))


def _with_slip(content: bytes) -> bytes:
    """Return a file as somebody might have made it by hand: one date the wrong way round."""
    return _DATE.sub(rb"\1\4.\3.\2\5", content, count=1)


def _at(moment: datetime) -> datetime:
    """Return a moment: the clock of somebody for whom it is always then."""
    return moment
