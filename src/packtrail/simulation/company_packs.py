"""What the demo company has packed of the medicines that the simulated year does not follow.

Numbers and first packs for markets it sells to already, so that its readiness is what a company's
is: most of it done, and nothing of what its lines cannot do yet. Loading twice changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from packtrail.base.errors import PacktrailError
from packtrail.serials.policy import Policy
from packtrail.services.capture import capture
from packtrail.services.orders import order_commands, orders
from packtrail.services.supply import market_rules, opening, pools
from packtrail.services.supply.allocating import allocate
from packtrail.services.supply.opening import Opening
from packtrail.services.supply.settling import Settling, settle
from packtrail.simulation.company_goods import sold
from packtrail.simulation.organisations import ASTERION, ASTERION_PLANT, CORVUS_PLANT
from packtrail.simulation.portfolio import CORK_GLN, PALLET_EXTENSION
from packtrail.simulation.products import PRODUCTS
from packtrail.simulation.shift import Wanted, run_shift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.simulation.company_goods import Sold

FILENAME: Final = "asterion-first-packs.jsonld"
PACKS: Final = 12
"""Of each trade item: the samples of its first lot."""
AGO: Final = timedelta(days=200)
"""So long ago the first lot was packed; the others followed by and by."""
_PLACES: Final = {"w": ASTERION_PLANT.gln, "c": CORK_GLN, "corvus-cmo/ulm-": CORVUS_PLANT.gln}
"""Begin of the name of a line -> the place where it stands."""
_READY: Final = ("US", "DE", "FR", "TR", "SA", "KR")
_BEGUN: Final = ("GR", "EG")
"""Markets of which the first presentation of each medicine is packed, and no other yet."""
_UNABLE: Final = ("c2", "w3")
"""Lines that cannot do yet what these markets need."""
ORDERS: Final = (
    ("w1", "orphelix-25-56-us", "WO-76980", "OX60698A"),
    ("c1", "cytaralin-50-de", "WO-41120", "CY60411A"),
    ("c3", "glucenta-500-60-de", "WO-43310", "GL60433A"),
)
"""Line, trade item, work order and lot of a batch that was packed to its end."""
_BATCH: Final = 48
_CASES: Final = Policy.of("unambiguous", 14)


def packed(today: date) -> Iterator[Sold]:
    """Yield what the company packs with serial numbers by a day, besides the simulated packs."""
    simulated = {each.gtin() for each in PRODUCTS}
    for each in sold():
        first = each.brand.presentations[0][0] == each.suffix
        if (
            (each.market in _READY or (each.market in _BEGUN and first))
            and each.brand.line not in _UNABLE
            and each.gtin() not in simulated
            and each.sold_from <= today
        ):
            yield each


def load(app: Application, actor: Actor) -> None:
    """Open pools, pack first lots and a batch on each line, or what is missing of it.

    Args:
        app: An application whose portfolio and lines are there.
        actor: Who acts for the demo company.
    """
    settings = app.settings
    if settings.database_url and not settings.master_key:
        return  # There is nothing to encrypt the keys of pools with.
    known = {each.code for each in pools.pools(app, actor)}
    begin = datetime.combine(app.clock().date(), time(9), UTC) - AGO
    events = [
        _first_lot(_at(app, begin + timedelta(days=number)), actor, each, number)
        for number, each in enumerate(packed(app.clock().date()))
        if each.trade_item not in known
    ]
    if events:
        _capture(app, actor, events)
    if "company-pallets" not in known:
        pallets = Opening(code="company-pallets")
        opening.create_sscc_pool(
            app, actor, pallets, prefix=ASTERION.company_prefix, extension=PALLET_EXTENSION
        )
    done = {each.code for each in orders.orders(app, actor)}
    for line, item, code, lot in ORDERS:
        if code not in done:
            _batch(app, actor, (line, item, code, lot))


def _at(app: Application, moment: datetime) -> Application:
    return replace(app, clock=lambda: moment)


def _first_lot(app: Application, actor: Actor, each: Sold, number: int) -> Mapping[str, Any]:
    """Open the pool of a trade item and take the numbers of its first lot; return its event."""
    suggested = market_rules.policy_for(
        app, actor, each.market, product_class=each.brand.product_class
    )
    what = Opening(code=each.trade_item, market=each.market)
    opening.create_pool(app, actor, what, gtin=each.gtin(), policy=suggested.policy)
    lot, asked = f"F{number:03d}26", f"first/{each.trade_item}"
    party = each.brand.line.rpartition("/")[2]
    given = allocate(
        app, actor, each.trade_item, PACKS, request_id=asked, party=party, purpose=f"lot {lot}"
    ).serials()
    used = Settling(
        request_id=f"{asked}/close", allocation=asked, used=given, rest="returned", party=party,
        reason=f"lot {lot} closed",
    )  # fmt: skip
    settle(app, actor, each.trade_item, used)
    at = app.clock()
    place = next(gln for begin, gln in _PLACES.items() if each.brand.line.startswith(begin))
    return {
        "type": "ObjectEvent",
        "eventTime": at.isoformat().replace("+00:00", "Z"),
        "eventTimeZoneOffset": "+00:00",
        "epcList": [
            f"https://id.gs1.org/01/{each.gtin()}/21/{quote(serial, safe='')}" for serial in given
        ],
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "readPoint": {"id": f"https://id.gs1.org/414/{place}"},
        "bizLocation": {"id": f"https://id.gs1.org/414/{place}"},
        "ilmd": {
            "cbvmda:lotNumber": lot,
            "cbvmda:itemExpirationDate": at.date().replace(year=at.year + 2, day=1).isoformat(),
        },
    }


def _capture(app: Application, actor: Actor, events: list[Mapping[str, Any]]) -> None:
    document = {
        "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": events[-1]["eventTime"],
        "epcisBody": {"eventList": events},
    }
    job = capture.submit(
        app, actor, msgspec.json.encode(document), media_type="application/ld+json",
        filename=FILENAME, owner=ASTERION.code,
    )  # fmt: skip
    if not job.success:
        reasons = "; ".join(f"{each.at} {each.message}" for each in job.findings[:3])
        raise PacktrailError(f"The first packs of the demo company were refused: {reasons}")


def _batch(app: Application, actor: Actor, told: tuple[str, str, str, str]) -> None:
    """Pack a small batch to its end, as the twin of the line does."""
    line, item, code, lot = told
    plan = order_commands.OrderPlan(
        code=code, line=f"{ASTERION.code}/{line}", trade_item=f"{ASTERION.code}/{item}", lot=lot,
        expires="2028-12-31", quantity=_BATCH, spare_percent=10,
    )  # fmt: skip
    each = next(one for one in sold() if one.trade_item == item)
    cases = Opening(code=f"{item}-cases")
    opening.create_pool(app, actor, cases, gtin=each.gtin(5), policy=_CASES)
    made = order_commands.create(app, actor, plan, is_started=True)
    if made.findings:
        reasons = "; ".join(each.message for each in made.findings)
        raise PacktrailError(f"The demo's order {code} has no numbers: {reasons}")
    run_shift(app, actor, made.order_id, Wanted(quantity=_BATCH, is_finished=True))
