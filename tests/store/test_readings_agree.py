"""Four readings of one store agree: journeys, the census, contents, oddities.

A random world of packs, cases and pallets is recorded in random documents and order, partly by a
second owner, with late events, emptyings, moves without unpacking, error declarations, and events
that tell of some of the objects of another what that one tells. A wide world has every type of
event, containers in containers of their kind and places in either notation, too.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from psycopg import Connection
from tests.store.making import (
    START,
    commissioning,
    declared_wrong,
    header,
    pack_uri,
    packing,
    record,
    seen,
    sscc,
)

from packtrail import gs1
from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    AggregationEvent,
    AssociationEvent,
    Destination,
    Event,
    ObjectEvent,
    Place,
    TransactionEvent,
    TransformationEvent,
)
from packtrail.lifecycle.fold import Life, examine
from packtrail.lifecycle.journey import Standing, Status
from packtrail.lifecycle.sweep import NOTHING, STATUSES
from packtrail.store import census, journeys, months, objects, oddities, shelf
from packtrail.store import contents as contents_of
from packtrail.store.archive import exporting, moving
from packtrail.store.contents import contents
from packtrail.store.database import Database
from packtrail.store.levels import FEW

PACKS = [pack_uri(number) for number in range(60)]
CASES = [sscc(number) for number in range(8)]
PALLETS = [sscc(100 + number) for number in range(3)]
EVERYTHING = [*PACKS, *CASES, *PALLETS]
CROWDED = [(4, 2), (14, 2), (34, 2), (40, 0), (41, 1)]
"""Seeds of worlds in which nearly everything happens at one of few moments."""
LIVES = {f"TRC-20{number}" for number in range(1, 7)}
PLACES = [Place(id=f"urn:epc:id:sgln:0300010.{number:05d}.0") for number in range(3)]
LINK_OF = {place.id: gs1.parse_epc_uri(place.id).digital_link() for place in PLACES}
URN_OF = {link: urn for urn, link in LINK_OF.items()}
SAYINGS = [
    ("urn:packtrail:bizstep:reactivating", "active"),
    ("decommissioning", "inactive"),
    ("storing", "non_sellable_other"),
    ("storing", "sellable_accessible"),
    ("void_shipping", None),
    ("shipping", "in_transit"),
    ("receiving", "in_progress"),
    ("dispensing", "dispensed"),
    ("destroying", "destroyed"),
    ("inspecting", "damaged"),
    ("holding", "recalled"),
    ("receiving", "returned"),
    ("storing", None),
]


def batched(keys: list[tuple[str, str]], size: int) -> list[list[tuple[str, str]]]:
    return [keys[start : start + size] for start in range(0, len(keys), size)]


def some(rng: random.Random, things: list[str], most: int) -> list[str]:
    return rng.sample(things, rng.randint(1, most))


def new_id(rng: random.Random) -> str:
    """The id of an event: by ids those of one moment are ordered, and not all of them are UUIDs."""
    start = rng.choice(["urn:uuid:", "urn:uuid:", "https://example.com/event/"])
    return f"{start}{uuid.UUID(int=rng.getrandbits(128), version=4)}"


def random_event(rng: random.Random, hours: int = 20):
    hour = rng.randint(0, hours)
    kind = rng.randrange(8)
    if kind == 0:
        lot, day = rng.choice(["L1", "L2"]), rng.choice(["2026-03-03", "2028-02-00"])
        ilmd = {LOT_NUMBER: lot, ITEM_EXPIRATION_DATE: day}
        return commissioning(hour, some(rng, PACKS, 20), ilmd=ilmd)
    if kind in {1, 2}:
        return packing(hour, rng.choice(CASES), some(rng, PACKS, 12))
    if kind == 3:
        return packing(hour, rng.choice(PALLETS), some(rng, CASES, 4))
    if kind == 4:
        parent = rng.choice(CASES + PALLETS)
        named = some(rng, PACKS + CASES, 5) if rng.random() < 0.6 else []
        saying = rng.choice([None, "damaged"])
        return packing(hour, parent, named, "DELETE", disposition=saying)
    step, disposition = rng.choice(SAYINGS)
    place = rng.choice(PLACES)
    where = rng.choice([{}, {"biz_location": place}, {"read_point": None}])
    if step == "shipping" and rng.random() < 0.7:
        kind = rng.choice(["location", "owning_party"])
        where["destinations"] = (Destination(type=kind, destination=rng.choice(PLACES).id),)
    if step.endswith("reactivating"):
        hour += rng.choice([0, 0, 240])
    return seen(hour, some(rng, EVERYTHING, 3), step, disposition, **where)


def told_again(rng: random.Random, event):
    """Return another event that tells the same of some of the objects, or of more."""
    names = "epcs" if isinstance(event, ObjectEvent) else "child_epcs"
    objects = getattr(event, names)
    kept = rng.sample(objects, rng.randint(1, len(objects))) if objects else ()
    if objects and rng.random() < 0.3:
        kept = tuple({*kept, *some(rng, PACKS, 3)})
    more = {"event_id": new_id(rng), names: kept}
    if event.destinations and rng.random() < 0.5:  # No part of what is told of an object.
        goal = Destination(type="location", destination=rng.choice(PLACES).id)
        more["destinations"] = (goal,)
    return msgspec.structs.replace(event, **more)


def wide_event(rng: random.Random, hours: int = 20) -> Event:
    """An event of any type, whose places may be written as Digital Links."""
    hour = rng.randint(0, hours)
    kind = rng.randrange(14)
    where = {"read_point": rng.choice(PLACES), "biz_location": rng.choice([None, *PLACES])}
    if kind == 0:
        told = {LOT_NUMBER: ["L1", "L3", ""], ITEM_EXPIRATION_DATE: ["2027-05", "never", None]}
        ilmd = {name: text for name, one in told.items() if (text := rng.choice(one)) is not None}
        used, made = some(rng, PACKS, 3), some(rng, PACKS + CASES, 3)
        words = header(hour, ilmd=ilmd, **where)
        event: Event = TransformationEvent(input_epcs=tuple(used), output_epcs=tuple(made), **words)
    elif kind == 1:
        parent = rng.choice([None, *CASES])
        action = rng.choice(["ADD", "OBSERVE", "DELETE"])
        words = header(hour, biz_step=rng.choice([None, "shipping"]), **where)
        named = tuple(some(rng, EVERYTHING, 3))
        event = TransactionEvent(action=action, parent_id=parent, epcs=named, **words)
    elif kind == 2:
        step = rng.choice([None, "decommissioning", "dispensing"])
        event = msgspec.structs.replace(seen(hour, some(rng, PACKS, 3), step), action="DELETE")
    elif kind == 3:
        make = rng.choice([AggregationEvent, AssociationEvent])
        action = "OBSERVE" if make is AggregationEvent else rng.choice(["ADD", "DELETE"])
        named = tuple(some(rng, PACKS, 4))
        words = header(hour, biz_step="inspecting", **where)
        event = make(action=action, parent_id=rng.choice(CASES), child_epcs=named, **words)
    elif kind == 4:
        inner, outer = sorted(rng.sample(range(len(CASES)), 2))
        event = packing(hour, CASES[outer], [CASES[inner]], rng.choice(["ADD", "ADD", "DELETE"]))
    else:
        event = random_event(rng, hours)
    return respelled(rng, event)


def respelled(rng: random.Random, event: Event) -> Event:
    """Return an event whose places are written as Digital Links, some of them."""
    words: dict[str, object] = {}
    for name in ("read_point", "biz_location"):
        place = getattr(event, name)
        if place is not None and rng.random() < 0.4:
            text = LINK_OF.get(place.id) or URN_OF.get(place.id, place.id)
            words[name] = Place(id=text)
    return msgspec.structs.replace(event, **words)


def world(
    rng: random.Random, hours: int = 20, *, event: Callable[..., Event] = random_event
) -> list[Event]:
    """Return a world whose events happen at so many moments and one, in any order."""
    made = [event(rng, hours) for _ in range(90)]
    events = [msgspec.structs.replace(each, event_id=new_id(rng)) for each in made]
    named = [one for one in events if hasattr(one, "child_epcs") or isinstance(one, ObjectEvent)]
    again = [told_again(rng, event) for event in rng.choices(named, k=25)]
    events += again if event is random_event else [respelled(rng, one) for one in again]
    events += [declared_wrong(event) for event in rng.sample(events, 12)]
    rng.shuffle(events)
    return events


def build_world(
    database: Database,
    rng: random.Random,
    events: Sequence[Event],
    *,
    first: int = 0,
    apart: int = 1,
) -> None:
    """Record a world document by document, so many hours apart for each event.

    Args:
        database: Where.
        rng: Draws who records what.
        events: The world.
        first: How many of its events were recorded before.
        apart: Hours between two events.
    """
    for number in range(0, len(events), 10):
        document, hour = events[number : number + 10], 100 + (first + number) * apart
        owner = rng.choice([1, 1, 1, 2])
        with database.transaction() as conn:
            record(conn, document, owner_id=owner, audience_id=owner, hour=hour)
            if rng.random() < 0.3:
                later = hour + 100 * apart
                record(conn, document, owner_id=3 - owner, audience_id=3 - owner, hour=later)
            if apart > 1 and rng.random() < 0.3:  # Handed in once more.
                record(conn, document, owner_id=owner, audience_id=owner, hour=hour + 300 * apart)


def standing_of(standing: Standing) -> tuple[object, ...]:
    return (
        *(standing.status, standing.location, standing.lot, standing.expires_on, standing.since),
        *(standing.is_moving, standing.goal),
    )


def swept_standings(conn, survey: census.Survey, keys: dict) -> dict[str, tuple[object, ...]]:
    """What the census makes of each object, as the fold of its journey would tell it."""
    sweep, index = survey.sweep, survey.layout

    def told(number: int) -> tuple[object, ...]:
        place, lot, day = sweep.place[number], sweep.lot[number], int(sweep.expires[number])
        since = int(sweep.since[number])
        return (
            STATUSES[sweep.status[number]],
            survey.places[place] if place != NOTHING else None,
            survey.lots[lot] if lot != NOTHING else None,
            date(1970, 1, 1) + timedelta(days=day) if day != NOTHING else None,
            datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=since) if since else None,
            bool(sweep.is_moving[number]),
            survey.places[goal] if (goal := sweep.goal[number]) != NOTHING else None,
        )

    return {
        keys[key]: told(index.bases[class_id] + seq)
        for key, (class_id, seq) in objects.find(conn, keys).items()
    }


@pytest.mark.parametrize(("seed", "hours"), [*((n, 20) for n in range(12)), *CROWDED])
@pytest.mark.parametrize("audiences", [[1], [1, 2]])
def test_journeys_census_and_contents_agree(fresh_database: Database, seed, hours, audiences):
    rng = random.Random(seed)
    build_world(fresh_database, rng, world(rng, hours))

    require_agreement(fresh_database, audiences)


@pytest.mark.parametrize(
    ("seed", "hours"), [*((n, 20) for n in range(5)), *((n, 3) for n in range(5))]
)
@pytest.mark.parametrize("audiences", [[1], [1, 2]])
def test_they_agree_of_every_type_of_event_as_of_and_as_known_at_any_moment(
    fresh_database: Database, seed, hours, audiences
):
    rng = random.Random(seed)
    build_world(fresh_database, rng, world(rng, hours, event=wide_event), apart=2)

    require_agreement(fresh_database, audiences)
    require_agreement(fresh_database, audiences, as_of=START + timedelta(hours=hours / 2))
    require_agreement(fresh_database, audiences, as_known_at=START + timedelta(hours=250))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("audiences", [[1], [1, 2]])
def test_they_agree_when_late_events_and_corrections_speak_of_archived_months(
    fresh_database: Database, tmp_path: Path, seed, audiences
):
    rng = random.Random(seed)
    events = world(rng, 12, event=wide_event)
    build_world(fresh_database, rng, events[:80], apart=8)
    take_out(fresh_database, tmp_path, date(2026, 3, 1))
    build_world(fresh_database, rng, events[80:], first=100, apart=8)

    require_agreement(fresh_database, audiences)
    require_agreement(fresh_database, audiences, as_known_at=START + timedelta(hours=600))


def take_out(database: Database, folder: Path, day: date) -> None:
    """Let an archive alone hold what the events of a month say."""
    root = folder / f"{day:%Y-%m}"
    root.mkdir()
    shelf.SHELF.add(folder)
    with database.snapshot() as conn:
        _, digest = exporting.export(conn, day, root, on_progress=None)
    with database.transaction() as conn:
        low, high = months.bounds(day)["segment"]
        assert moving.take_out(conn, day, digest)
        gone = (
            "select count(*), sum(length(template)) from segment where segment_id between %s and %s"
        )
        assert conn.execute(gone, [low, high]).fetchone()[1] == 0


def require_agreement(database: Database, audiences: Sequence[int], **moments: Any) -> None:
    keys = dict(zip(gs1.identify(EVERYTHING), EVERYTHING, strict=True))
    with database.transaction() as conn:
        _require_agreement(conn, keys, {"audience_ids": audiences, **moments})


def _require_agreement(
    conn: Connection, keys: Mapping[tuple[str, str], str], scope: dict[str, Any]
) -> None:
    found = journeys.read_many(conn, keys, **scope)
    # Some of each sort: on a cluster a question takes fifty times as long.
    alone = {key: journeys.read(conn, *key, **scope) for key in [*keys][::7]}
    one_by_one = {
        key: journey
        for few in batched([*keys], len(keys) // FEW)
        for key, journey in journeys.read_many(conn, few, **scope).items()
    }
    lives = {
        keys[key]: Life(journey.steps)
        for key, journey in found.items()
        # What only withdrawn events speak of is no object; nobody counts it.
        if not all(step.is_withdrawn for step in journey.steps)
    }
    standings = {uri: life.standing() for uri, life in lives.items()}
    for key, journey in found.items():
        told = Life(journey.steps, held=journey.held)
        again = Life(journey.steps)
        assert told.standing() == again.standing(), key
        assert told.findings() == again.findings(), key
    survey = census.survey(conn, **scope)
    counted: Counter[tuple[str, Status]] = Counter()
    for row in census.counted(conn, survey.sweep, survey.layout):
        counted[row.class_key.partition("/")[0], row.status] += row.count
    found_keys = {key: keys[key] for key in found if keys[key] in standings}
    swept = swept_standings(conn, survey, found_keys)
    inside = {
        uri: {item.identifier for item in contents(conn, *key, **scope).items}
        for key, uri in keys.items()
    }
    expanded = contents_of.expand(conn, keys, **scope)

    assert alone == {key: found.get(key) for key in alone}
    assert one_by_one == found
    assert {uri: standing_of(one) for uri, one in standings.items()} == swept
    assert counted == Counter(
        (key[0].partition("/")[0], standings[uri].status)
        for key, uri in keys.items()
        if uri in standings
    )
    assert {keys[one]: {keys[c] for c in some} for one, some in expanded.items()} == {
        uri: some for uri, some in inside.items() if some
    }
    holds: dict[str, set[str]] = {uri: set() for uri in EVERYTHING}
    for uri, standing in standings.items():
        if standing.parent is not None:
            holds[standing.parent].add(uri)
    assert inside == holds
    innermost = {
        keys[key]: journey.holders[0].parent for key, journey in found.items() if journey.holders
    }
    assert innermost == {uri: one.parent for uri, one in standings.items() if one.parent}
    if set(scope) == {"audience_ids"}:
        _require_oddities(conn, survey, found, scope["audience_ids"])


def _require_oddities(
    conn: Connection,
    survey: census.Survey,
    found: Mapping[tuple[str, str], journeys.Journey],
    audiences: Sequence[int],
) -> None:
    odd = oddities.find(conn, survey, limit=1000)
    for codes, sort in (({"TRC-101"}, odd.moved), ({"TRC-102"}, odd.elsewhere), (LIVES, None)):
        said = {
            key
            for key, journey in found.items()
            if codes & {finding.code for finding in examine(journey.steps)}
        }
        if sort is None:  # Candidates: a second commissioning may be a lawful one.
            assert said <= set(odd.suspicious.items)
        else:
            assert (set(sort.items), sort.count) == (said, len(said))
