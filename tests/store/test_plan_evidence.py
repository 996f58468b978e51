"""What readiness takes from events: when the first packs of a product were commissioned."""

from __future__ import annotations

from datetime import timedelta

from tests.store.making import (
    AUDIENCE,
    START,
    commissioning,
    declared_wrong,
    pack_uri,
    record,
    seen,
)

from packtrail import gs1
from packtrail.store import plan_evidence
from packtrail.store.database import Database

OTHER = "urn:epc:id:sgtin:0300010.054321.{}"


def key(uri: str) -> str:
    return gs1.identify([uri])[0][0]


def test_the_first_commissioning_of_each_product_is_found(fresh_database: Database) -> None:
    wrong = commissioning(0, [OTHER.format("0")])
    with fresh_database.transaction() as conn:
        record(conn, [seen(1, [pack_uri(9)], "shipping"), declared_wrong(wrong)], hour=100)
        # Told alike, an event a pack: both products are in one segment.
        each = [OTHER.format(n) if n % 2 else pack_uri(n) for n in range(40)]
        record(conn, [commissioning(5 + n, [pack]) for n, pack in enumerate(each)], hour=101)
        record(conn, [commissioning(3, [pack_uri(n) for n in range(100, 140)])], hour=102)
        keys = [key(pack_uri(0)), key(OTHER.format("1")), "sgtin/09506000134352"]

        found = plan_evidence.first_commissionings(conn, keys, [AUDIENCE])
        nothing = plan_evidence.first_commissionings(conn, keys, [AUDIENCE + 1])

    assert found == {keys[0]: START + timedelta(hours=3), keys[1]: START + timedelta(hours=6)}
    assert nothing == {}
