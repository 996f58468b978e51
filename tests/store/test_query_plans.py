"""Every parameter of a query has an index that answers it: the plans on a filled table say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb
from tests.store.making import AUDIENCE, START, commissioning, pack_uri, packing, record, sscc

from packtrail.services.queries import parameters
from packtrail.store import distribution, events, ids, months, named
from packtrail.store.database import Database
from packtrail.store.facts import FieldName, canonical, measured, standard, term
from packtrail.store.identity import event_key
from packtrail.store.parameters import bigints, integers

NS = "https://ns.example.com/x"
BATCH = FieldName(namespace=NS, local="batch").key()
RARE = "urn:epc:id:sgln:0300020.00009.0"

FILL = """
    insert into segment (
        segment_id, owner_id, audience_id, time_from, time_until, record_time, capture_id,
        event_count, object_count, part_no, is_error_declaration, empties, time_zone_offset,
        type, action, biz_step, disposition, read_point, biz_location, lot, expires, links, facts,
        template, columns)
    select %(floor)s + (n::bigint * 120000 << 21) + copy, 1, 1,
           %(start)s::timestamptz + n * interval '2 minutes',
           %(start)s::timestamptz + n * interval '2 minutes',
           %(start)s::timestamptz + n * interval '2 minutes',
           '00000000-0000-0000-0000-000000000000', 1, 1, 0, n %% 5000 = 0, false, '+00:00',
           case when n %% 4000 = 0 then 'TransformationEvent' else 'ObjectEvent' end,
           case when n %% 3 = 0 then 'ADD' else 'OBSERVE' end,
           case when n %% 4000 = 0 then 'repackaging' else 'shipping' end,
           case when n %% 4000 = 0 then 'damaged' else 'in_transit' end,
           case when n %% 4000 = 0 then %(rare)s else 'urn:epc:id:sgln:0300010.00001.0' end,
           case when n %% 4000 = 0 then %(rare)s else 'urn:epc:id:sgln:0300010.00001.0' end,
           case when n %% 50 = 0 then 'L' || n end, case when n %% 50 = 0 then '2028-01-31' end,
           case when n %% 10 = 0 then array['t:po|urn:po:' || n] end,
           case when n %% 20 = 0 then array[%(batch)s, n] end, '\\x00', '\\x00'
      from generate_series(1, 40000) as n, generate_series(1, %(copies)s) as copy
"""
KEYS = """
    insert into event_key (event_id, segment_id) select %s, segment_id from segment limit 1
"""
VALUES = """
    insert into segment_value (name, segment_id, audience_id, number)
    select name, %(floor)s + (n::bigint * 120000 << 21) + copy, 1, n
      from generate_series(1, 40000, 20) as n, generate_series(1, %(copies)s) as copy,
           unnest(%(names)s::bigint[]) as name
"""
POSTINGS = """
    insert into posting (class_id, block, segment_id, audience_id, role, lo, hi)
    select 100 + n % 50, n / 50, n, 1, 1, 0, 99 from generate_series(1, 20000) as n
"""
TOUCHES = """
    insert into touch (segment_id, class_id, seq, audience_id, role)
    select n, 100 + n % 50, n, 1, 1 from generate_series(1, 20000) as n
"""
NAMES = """
    insert into name_block (class_id, seq_from, keys, serials)
    select 100 + n % 50, n * 200,
           array(select (100 + n % 50)::bigint << 32 | (n * 200 + i)
                   from generate_series(0, 9) as i),
           '\\x00'
      from generate_series(1, 20000) as n
"""
PLACES = """
    insert into vocabulary_element (id, type, owner_id, audience_id, capture_id, record_time,
                                    attributes, children)
    select 'urn:place:' || n, 'urn:epcglobal:epcis:vtype:Location', 1, 1,
           '00000000-0000-0000-0000-000000000000', now(),
           case when n = 7 then %(attributes)s else '{"urn:epcglobal:cbv:mda#name": "x"}' end, '{}'
      from generate_series(1, 5000) as n
"""


@pytest.fixture(scope="module")
def conn(database: Database) -> Iterator[Connection]:
    names = [
        *(
            standard(name).key()
            for name in ("quantity", "percRank", "time", "errorDeclarationTime")
        ),
        measured("value", "CEL").key(),
        FieldName(scope="ILMD", namespace=NS, local="mass").key(),
        BATCH,
    ]
    with database.transaction() as conn:
        conn.execute("insert into organisation (code, name, created_at) values ('A', 'A', now())")
        conn.execute("insert into audience (members) values ('{1}')")
        conn.execute("insert into audience_member values (1, 1)")
        packs = [pack_uri(n) for n in range(3000)]
        record(conn, [commissioning(0, packs)])
        record(conn, [packing(1, sscc(n), packs[n * 10 : n * 10 + 10]) for n in range(300)])
        floor = ids.segment_floor(START)
        for month in range(2):
            months.ensure(conn, START + timedelta(days=30 * month))
        copies = shards(conn)
        filled = {"floor": floor, "copies": copies}
        conn.execute(FILL, filled | {"start": START, "rare": RARE, "batch": BATCH})
        conn.execute(KEYS, [event_key(1, "urn:e:7", is_error_declaration=False)])
        conn.execute(POSTINGS)
        conn.execute(TOUCHES)
        conn.execute(NAMES)
        conn.execute(VALUES, filled | {"names": names})
        conn.execute(PLACES, {"attributes": Jsonb({"urn:epcglobal:cbv:mda#floor": "3"})})
    with database.reading() as conn:
        conn.execute("vacuum analyze")
        yield conn


def plan(conn: Connection, params: dict[str, str]) -> str:
    wanted = parameters.parse(params, events_max=1000, namespaces={"x": NS})
    statement, bound = events.plan(
        conn, wanted, audience_ids=[AUDIENCE], watermark=START.replace(year=2030), size=31
    )
    rows = conn.execute(f"explain {statement}", bound).fetchall()
    return "\n".join(row[0] for row in rows).replace("(false AND false)", "false")


def shards(conn: Connection) -> int:
    """Over how many tables the segments are spread: each must be large enough for an index."""
    if not distribution.workers(conn):
        return 1
    row = conn.execute(
        "select shard_count from citus_tables where table_name = 'segment'::regclass"
    ).fetchone()
    return int(row[0]) if row else 1


def indexes(conn: Connection, text: str) -> set[str]:
    """The indexes of a plan; that of a month's partition goes by the name of the table's.

    On a cluster a name ends with the number of the shard.
    """
    used = re.findall(r"(?:Index (?:Only )?Scan.* using|Bitmap Index Scan on) (\w+)", text)
    found = {re.sub(SHARD, "", each) for each in used}
    whole = conn.execute(
        "select inhrelid::regclass::text, inhparent::regclass::text from pg_inherits"
    ).fetchall()
    return {dict(whole).get(name, name) for name in found}


SHARD = r"_\d{6,}$"
NOTHING = "One-Time Filter: false"
"""Nobody ever named what is asked for: nothing is read."""
GIN, VALUE, KEY = "segment_by_fact", "segment_value_by_name", "segment_pkey"
CASES = {
    "eventType=TransformationEvent": "segment_by_kind",
    "GE_eventTime=2026-04-25T00:00:00Z": "segment_by_last",
    "LT_eventTime=2026-03-03T09:00:00Z": "segment_by_first",
    "GE_recordTime=2026-04-25T00:00:00Z": "segment_by_last",
    "EQ_action=DELETE": "segment_by_kind",
    "EQ_bizStep=repackaging": "segment_by_kind",
    "EQ_disposition=damaged": "segment_by_kind",
    f"EQ_readPoint={RARE}": "segment_by_read_point",
    f"EQ_bizLocation={RARE}": "segment_by_biz_location",
    f"WD_readPoint={RARE}": "segment_by_read_point",
    f"WD_bizLocation={RARE}": "segment_by_biz_location",
    "EQ_eventID=urn:e:7": KEY,
    "EQ_bizTransaction_po=urn:po:70": "segment_by_link",
    "EQ_source_owning_party=urn:x:1": "segment_by_link",
    "EQ_destination_owning_party=urn:x:1": "segment_by_link",
    f"MATCH_epc={pack_uri(7)}": KEY,
    f"MATCH_parentID={sscc(7)}": KEY,
    "MATCH_anyEPC=urn:epc:idpat:sgtin:0300010.012345.*": "posting_by_lanes",
    "MATCH_anyEPC=urn:epc:idpat:sgtin:0300010.*.*": "posting_by_lanes",
    "MATCH_parentID=urn:epc:idpat:sscc:0300010.*": KEY,
    "MATCH_epcClass=urn:epc:class:lgtin:0300010.012345.L1": NOTHING,
    "EXISTS_errorDeclaration=true": "segment_that_declares_error",
    "GE_errorDeclarationTime=2026-03-30T00:00:00Z": VALUE,
    "EQ_errorReason=did_not_occur": GIN,
    "EQ_correctiveEventID=urn:e:7": GIN,
    "EQ_transformationID=urn:t:7": GIN,
    "EQ_persistentDisposition_set=damaged": GIN,
    "EQ_persistentDisposition_unset=damaged": GIN,
    "EXISTS_sensorElementList=": GIN,
    "EQ_type=Temperature": GIN,
    "EQ_deviceID=urn:d:7": GIN,
    "EQ_hexBinaryValue=f0": GIN,
    "EQ_booleanValue=true": GIN,
    "GE_time=2026-03-30T00:00:00Z": VALUE,
    "GT_percRank=39990": VALUE,
    "EQ_quantity=7|8": VALUE,
    "GT_quantity=39990": VALUE,
    "EQ_value_CEL=7": VALUE,
    "GT_value_CEL=39990": VALUE,
    "EQ_x:batch=7": GIN,
    "GT_x:batch=39990": VALUE,
    "EXISTS_x:other=": GIN,
    "EQ_INNER_x:batch=7": GIN,
    "EQ_ILMD_x:mass=7": GIN,
    "GT_ILMD_x:mass=39990": VALUE,
    "EQ_SENSORREPORT_x:y=7": GIN,
    "EQ_readPoint_x:y=7": GIN,
    "EQ_ILMD_cbvmda:lotNumber=L100": "segment_by_lot_last",
    "EQ_ILMD_cbvmda:itemExpirationDate=2031-01-31": "segment_by_expiry",
    "GE_ILMD_cbvmda:itemExpirationDate=2031-01-31": "segment_by_expiry",
    "HASATTR_bizLocation=cbvmda:floor": "segment_by_biz_location",
    "EQ_ATTR_readPoint_cbvmda:floor=3": "segment_by_read_point",
    "EQ_ATTR_epcClass_cbvmda:floor=3": NOTHING,
    "EQ_action=ADD&orderBy=recordTime": "segment_by_record_time",
    "EQ_readPoint=urn:x:1&orderBy=x:batch": VALUE,
}


@pytest.mark.parametrize("query", CASES)
def test_a_parameter_is_answered_by_an_index(conn: Connection, query: str) -> None:
    text = plan(conn, dict(part.split("=", 1) for part in query.split("&")))

    assert "Seq Scan" not in text, text
    assert CASES[query] in {*indexes(conn, text), *re.findall(NOTHING, text)}, text


def test_a_pack_is_found_by_its_key_alone_however_many_its_class_has(conn: Connection) -> None:
    asked = {"class_id": 107, "keys": bigints([(107 << 32) + 1_401])}
    statement = f"explain {named.statements('objects')['block_of_key']}"
    text = "\n".join(row[0] for row in conn.execute(statement, asked))

    assert indexes(conn, text) == {"name_block_by_key"}, text


def test_what_touches_many_objects_is_found_by_spans(conn: Connection) -> None:
    asked = {
        "class_id": 107, "blocks": integers([1, 2]), "audience_ids": integers([1]),
        "roles": integers([1]), "firsts": integers([4_096]), "lasts": integers([12_000]),
    }  # fmt: skip
    statement = f"explain {named.statements('objects')['touching']}"
    text = "\n".join(row[0] for row in conn.execute(statement, asked))

    assert indexes(conn, text) == {"posting_by_lanes", "touch_by_object"}, text
    assert "Seq Scan" not in text, text


def test_master_data_is_found_by_its_attributes(conn: Connection) -> None:
    text = "\n".join(
        row[0]
        for row in conn.execute(
            "explain select id from vocabulary_element where attributes ?| %s", [["urn:nothing"]]
        )
    )

    assert indexes(conn, text) == {"vocabulary_by_attribute"}


def test_the_table_of_plans_names_every_family_of_parameters() -> None:
    asked = {query.split("=")[0] for query in CASES}
    families = {re.split(r"_(?=[a-z]+:|cbvmda|CEL|po$|owning)", name)[0] for name in asked}

    assert {
        *("MATCH_epc", "EQ_value", "GT_x", "EQ_ILMD", "EQ_INNER", "EQ_SENSORREPORT"),
        *("HASATTR_bizLocation", "EQ_ATTR_readPoint", "WD_readPoint", "EQ_bizTransaction"),
    } <= families | {name.split(":")[0] for name in asked}
    assert term(BATCH, canonical("7")) != BATCH


UNASKED = {"orderDirection", "eventCountLimit", "maxEventCount"}
"""They say how much to return and in which order."""
SAMPLES = {case.split("=")[0]: case.split("=", 1)[1] for case in CASES if "&" not in case}
OBJECT, CLASS_ = pack_uri(7), "urn:epc:class:lgtin:0300010.012345.L1"
RARE_NUMBERS = {"EQ": "7", "GT": "39990", "GE": "39990", "LT": "30", "LE": "30"}


def sample(name: str) -> str:
    """A value of a parameter that few events have."""
    operator = name.partition("_")[0]
    if name in SAMPLES:
        return SAMPLES[name]
    if name.startswith("MATCH"):
        return CLASS_ if name.endswith("Class") else OBJECT
    if re.search(r"[tT]ime$", name) and operator in {"GE", "LT"}:
        return "2026-04-25T00:00:00Z" if operator == "GE" else "1970-01-01T00:00:00Z"
    if operator == "EXISTS":
        return "true" if "Declaration" in name else ""
    return RARE_NUMBERS[operator]


def every_parameter() -> list[str]:
    """Every name that the tables of parameters can read, one of each open family."""
    typed = [f"{start}po" if "Tr" in start else f"{start}location" for start in parameters.TYPED]
    operators = ("EQ", "GT", "GE", "LT", "LE")
    members = ("value", "minValue", "maxValue", "meanValue", "sDev", "percValue", "quantity")
    scopes = (
        *("", "ILMD_", "ERROR_DECLARATION_", "SENSORELEMENT_", "SENSORMETADATA_"),
        *("SENSORREPORT_", "readPoint_", "bizLocation_"),
    )
    fields = sorted(parameters.STANDARD_VOCABULARIES)
    return [
        *(name for name in parameters.PARAMETERS if name not in UNASKED),
        *parameters.CBV,
        *typed,
        *(f"{operator}_{member}_CEL" for operator in operators for member in members),
        *(
            f"{operator}_{inner}{scope}x:batch"
            for operator in (*operators, "EXISTS")
            for inner in ("", "INNER_")
            for scope in scopes
        ),
        *(f"HASATTR_{field}" for field in fields),
        *(f"EQ_ATTR_{field}_cbvmda:floor" for field in fields),
    ]


def test_no_parameter_of_the_table_reads_a_table_from_end_to_end(conn: Connection) -> None:
    words = {"EQ_bizStep": "repackaging", "EQ_disposition": "damaged", "EQ_type": "Temperature"}
    attribute = "urn:epcglobal:cbv:mda#floor"
    read: dict[str, str] = {}
    names = every_parameter()
    for name in names:
        value = attribute if name.startswith("HASATTR") else words.get(name) or sample(name)
        text = plan(conn, {name: "3" if name.startswith("EQ_ATTR") else value})
        if "Seq Scan" in text or not (indexes(conn, text) or re.search(NOTHING, text)):
            read[name] = text

    assert len(names) > 150
    assert read == {}, "\n\n".join(f"{name}\n{text}" for name, text in read.items())
