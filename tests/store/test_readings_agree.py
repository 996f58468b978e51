"""Four readings of one store agree: journeys, the census, contents, oddities.

A random world of packs, cases and pallets is recorded in random documents and order, partly by a
second owner, with late events, emptyings, moves without unpacking, error declarations, and events
that tell of some of the objects of another what that one tells.
"""

from __future__ import annotations

import random
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from tests.store.making import commissioning, declared_wrong, pack_uri, packing, record, seen, sscc

from packtrail import gs1
from packtrail.epcis.events import (
    ITEM_EXPIRATION_DATE,
    LOT_NUMBER,
    Destination,
    ObjectEvent,
    Place,
)
from packtrail.lifecycle.fold import examine, fold
from packtrail.lifecycle.journey import Standing, Status
from packtrail.lifecycle.sweep import NOTHING, STATUSES
from packtrail.store import census, journeys, objects, oddities
from packtrail.store import contents as contents_of
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


def build_world(database: Database, rng: random.Random, hours: int = 20) -> None:
    """Record a world whose events happen at so many moments and one."""
    made = [random_event(rng, hours) for _ in range(90)]
    events = [msgspec.structs.replace(each, event_id=new_id(rng)) for each in made]
    events += [told_again(rng, event) for event in rng.choices(events, k=25)]
    events += [declared_wrong(event) for event in rng.sample(events, 12)]
    rng.shuffle(events)
    for number in range(0, len(events), 10):
        document = events[number : number + 10]
        owner = rng.choice([1, 1, 1, 2])
        with database.transaction() as conn:
            record(conn, document, owner_id=owner, audience_id=owner, hour=100 + number)
            if rng.random() < 0.3:
                record(conn, document, owner_id=3 - owner, audience_id=3 - owner, hour=200 + number)


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
    build_world(fresh_database, random.Random(seed), hours)
    keys = dict(zip(gs1.identify(EVERYTHING), EVERYTHING, strict=True))
    with fresh_database.transaction() as conn:
        found = journeys.read_many(conn, keys, audience_ids=audiences)
        one_by_one = {
            key: journey
            for some in batched([*keys], len(keys) // FEW)
            for key, journey in journeys.read_many(conn, some, audience_ids=audiences).items()
        }
        standings = {
            keys[key]: fold(journey.steps)
            for key, journey in found.items()
            # What only withdrawn events speak of is no object; nobody counts it.
            if not all(step.is_withdrawn for step in journey.steps)
        }
        counted: Counter[tuple[str, Status]] = Counter()
        survey = census.survey(conn, audience_ids=audiences)
        odd = oddities.find(conn, survey, limit=1000)
        for row in census.counted(conn, survey.sweep, survey.layout):
            counted[row.class_key.partition("/")[0], row.status] += row.count
        found_keys = {key: keys[key] for key in found if keys[key] in standings}
        swept = swept_standings(conn, survey, found_keys)
        inside = {
            uri: {item.identifier for item in contents(conn, *key, audience_ids=audiences).items}
            for key, uri in keys.items()
        }

        expanded = contents_of.expand(conn, keys, audience_ids=audiences)

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
    holds = {uri: set() for uri in EVERYTHING}
    for uri, standing in standings.items():
        if standing.parent is not None:
            holds[standing.parent].add(uri)
    assert inside == holds
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
    innermost = {
        keys[key]: journey.holders[0].parent for key, journey in found.items() if journey.holders
    }
    assert innermost == {uri: one.parent for uri, one in standings.items() if one.parent}
