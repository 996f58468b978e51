"""The room of lines: board, order, reconciliation and rework, by a browser without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient
from tests.console.conftest import HOST, PASSWORD, Desk
from tests.services.plants import GTIN, Plant, make_plant, told

from packtrail.base.errors import RefusedError
from packtrail.console import build
from packtrail.console.line_rework import identified
from packtrail.services.accounts import accounts
from packtrail.store.database import Database


def text_of(page: str) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@dataclass
class Room:
    """A plant, and a browser of its packer."""

    plant: Plant
    desk: Desk

    def order(self, **more: object) -> str:
        """Make an order and return the path of its page."""
        made = self.plant.order(**more)
        return f"/lines/orders/{made.order_id}"

    def get(self, path: str, status: int = 200) -> str:
        answer = self.desk.client.get(path)
        assert answer.status_code == status, text_of(answer.text)[:400]
        return text_of(answer.text)

    def post(self, path: str, status: int = 303, **fields: object) -> str:
        answer = self.desk.post(path, page="/setup/account", **fields)
        assert answer.status_code == status, text_of(answer.text)[:400]
        return text_of(answer.text)

    def scan(self, text: str = "", *scanned: str, kind: str = "unpack", **more: object) -> str:
        """Scan at the rework station."""
        return self.post("/lines/rework", 200, scan=text, scanned=list(scanned), kind=kind, **more)


def browser(plant: Plant, actor: object, name: str) -> Iterator[Desk]:
    accounts.create_user(plant.app, actor, name, role="administrator", password=PASSWORD)  # type: ignore[arg-type]
    with closing(TestClient(build(plant.app), base_url=HOST)) as client:
        yield Desk(client).sign_in(name)


@pytest.fixture
def plant(fresh_database: Database) -> Plant:
    return make_plant(fresh_database)


@pytest.fixture
def room(plant: Plant) -> Iterator[Room]:
    for desk in browser(plant, plant.packer, f"{plant.packer.organisation_code}.lead"):
        yield Room(plant, desk)


def code(serial: str) -> str:
    return f"(01){GTIN}(21){serial}"


def test_the_board_shows_what_each_line_does(room: Room) -> None:
    room.order(quantity=4)
    room.plant.report(told("commission", numbers=room.plant.take("pack", 3)))

    page = room.get("/lines")

    assert "Line 1" in page
    assert "3 of 4 good packs" in page
    assert "Free: no order is on it." in page
    assert "WO-1" in room.get("/lines?show=running")
    assert "No such order" in room.get("/lines?show=closed")


def test_the_counters_of_an_order_move_with_its_reports(room: Room) -> None:
    where, plant = room.order(quantity=6), room.plant
    packs = plant.take("pack", 4)
    plant.report(told("commission", numbers=packs[:2]))
    before = room.desk.client.get(f"{where}/now").text
    plant.report(
        told("commission", 1, numbers=packs[2:3]),
        told("reject", 2, numbers=packs[3:], reason="weight"),
    )
    after = room.desk.client.get(f"{where}/now").text

    assert 'hx-trigger="every 2s"' in before
    assert "2 of 6 good packs" in text_of(before)
    assert "3 of 6 good packs" in text_of(after)
    assert "Rejected 1" in text_of(after)
    assert 'class="bar-bad"' in after


def test_findings_of_a_report_stand_beside_it_and_the_report_can_be_had(room: Room) -> None:
    where = room.order()
    room.plant.report(told("commission", numbers=["NEVER"]))

    assert "LIN-022" in room.get(where)
    sent = room.desk.client.get(f"{where}/reports/1")
    assert b"NEVER" in sent.content
    assert sent.headers["content-type"] == "application/octet-stream"
    room.get(f"{where}/reports/9", 404)


def test_an_order_is_made_released_and_ended_by_forms(room: Room) -> None:
    plan = room.plant.plan("WO-7")
    form = {"code": "WO-7", "line": plan.line, "trade_item": plan.trade_item, "lot": "L7",
            "expires": "2030-12-00", "quantity": "5", "spare": "20"}  # fmt: skip
    assert "LIN-012" in room.post("/lines/orders", 422, **form | {"quantity": "five"})
    room.post("/lines/orders", **form, request_id="once")
    room.post("/lines/orders", **form, request_id="once")
    (where,) = set(re.findall(r"/lines/orders/[0-9a-f-]{36}", room.desk.client.get("/lines").text))

    assert "Planned" in room.get(where)
    room.post(f"{where}/command", command="Start", request_id="go")
    assert room.desk.client.get(f"{where}/numbers/pack").content.count(b"\n") == 6
    assert "LIN-013" in room.post(f"{where}/command", 409, command="Stop", reason="enough")
    room.post(f"{where}/command", command="Cancel", reason="not needed")
    assert "Aborted" in room.get(where)


def test_what_waits_is_shown_and_dismissed(room: Room) -> None:
    where, plant = room.order(), room.plant
    (case,) = plant.take("case", 1)
    plant.report(told("pack", numbers=plant.take("pack", 2), parent=case))
    assert "What waits" in room.get(where)

    room.post(f"{where}/dismiss", place="1.0", reason="it did not happen")

    assert "What waits" not in room.get(where)


def test_reports_that_are_held_go_on_without_the_missing_one(room: Room) -> None:
    where, plant = room.order(), room.plant
    plant.report(told("commission", numbers=plant.take("pack", 1)), sequence=2)
    assert "1 report is held: the line's report 1 is missing" in room.get(where)

    room.post(f"{where}/dismiss", reason="the line was restarted")

    assert "1 of 12 good packs" in room.get(where)


def test_a_batch_is_reconciled_signed_and_closed(room: Room) -> None:
    where, plant = room.order(quantity=3, spare_percent=50), room.plant
    plant.case_of(plant.take("pack", 3), 0)
    plant.report(told("state", 5, state="completed"))
    account = f"{where}/account"
    page = room.get(account)
    assert "Something is open" in page
    assert "2 packs unaccounted for" in page

    assert "LIN-037" in room.post(f"{account}/settle", 409, level="pack", how="void", reason="")
    for level in ("pack", "case", "pallet"):
        room.post(f"{account}/settle", level=level, how="returned", reason="left",
                  request_id=level)  # fmt: skip
    digest = re.findall(r'name="digest" value="([0-9a-f]+)"', room.desk.client.get(account).text)[0]
    signing = {"digest": digest, "meaning": "approved", "comment": "Two cases short"}
    assert "ACC-019" in room.post(f"{account}/sign", 409, **signing, password="wrong")
    assert "LIN-058" in room.post(f"{account}/close", 409)
    room.post(f"{account}/sign", **signing, password=PASSWORD)
    room.post(f"{account}/close")

    page = room.get(account)
    assert "The order is closed" in page
    assert "I approve this record" in page
    pdf, xlsx = (room.desk.client.get(f"{account}/{kind}") for kind in ("pdf", "xlsx"))
    assert (pdf.content[:4], xlsx.content[:2]) == (b"%PDF", b"PK")
    assert "WO-1-reconciliation.pdf" in pdf.headers["content-disposition"]


def test_the_rework_station_looks_then_does(room: Room) -> None:
    room.order()
    packs = room.plant.take("pack", 3)
    case = room.plant.case_of(packs, 0)
    scanned = f"]d201{GTIN}21{packs[0]}"

    first = room.scan(scanned)
    assert "this would happen" in first
    assert "1 event for" in first
    done = room.scan("do", code(packs[0]), reason="damaged", request_id="r1")
    assert "Done: unpack" in done
    assert "That is not possible" in room.scan(code(packs[0]))
    back = room.scan(code(packs[0]), f"(00){case}", kind="pack")
    assert "this would happen" in back
    assert "Done: pack" in room.scan("do", f"(00){case}", code(packs[0]), kind="pack",
                                     request_id="r2")  # fmt: skip
    assert "Done lately" in room.get("/lines/rework")


def test_words_that_are_scanned_drive_the_rework_station(room: Room) -> None:
    room.order()
    one, two = room.plant.take("pack", 2)
    room.plant.report(told("commission", numbers=[one, two]))

    assert "Scan what is destroyed." in room.scan("destroy")
    assert "takes its place" in room.scan(code(one), kind="replace")
    assert "was scanned before" in room.scan(code(one), code(one))
    undone = room.desk.post("/lines/rework", page="/setup/account", kind="destroy", scan="undo",
                            scanned=[code(one), code(two)]).text  # fmt: skip
    assert re.findall(r'name="scanned" value="([^"]+)"', undone) == [code(one)]
    assert "Nothing can be done yet" in room.scan("do")


@pytest.mark.parametrize(
    ("scanned", "named"),
    [
        (f"]d201{GTIN}21A1\x1d10L1\x1d17301231", f"(01){GTIN}(21)A1"),
        (f"(01){GTIN}(21)A1", f"(01){GTIN}(21)A1"),
        ("]C100106141410000000002", "(00)106141410000000002"),
        ("106141410000000002", "(00)106141410000000002"),
        ("urn:epc:id:sgtin:300010.0123450.A1", f"(01){GTIN}(21)A1"),
    ],
)
def test_a_scan_is_understood_in_any_notation(scanned: str, named: str) -> None:
    assert identified(scanned) == named


@pytest.mark.parametrize("scanned", [f"(01){GTIN}", "4006381333931", "hello", "(00)123"])
def test_a_scan_of_no_single_object_is_refused(scanned: str) -> None:
    with pytest.raises(RefusedError):
        identified(scanned)


def test_sites_lines_and_trade_items_are_described_by_forms(room: Room) -> None:
    room.post("/lines/floor/sites", code="bonn", name="Bonn", country="DE",
              time_zone="Europe/Berlin")  # fmt: skip
    room.post("/lines/floor/lines", code="b-1", site="bonn", name="Bonn 1", speed="120",
              levels=["pack", "case"])  # fmt: skip
    item = {"code": "remedex", "name": "Remedex", "market": "DE", "pack_gtin": GTIN,
            "prefix": "300010", "case_holds": "10"}  # fmt: skip
    room.post("/lines/floor/trade-items", **item)

    page = room.get("/lines/floor")

    for said in ("Bonn 1", "pack, case", "120", "Remedex", "Case of 10: SSCC 0300010"):
        assert said in page
    assert "LIN-003" in room.post("/lines/floor/sites", 422, code="x y", name="")
    assert "LIN-006" in room.post("/lines/floor/trade-items", 422, **item | {"case_holds": "0"})


def test_nobody_else_sees_the_orders_and_an_owner_sees_only_its_own(room: Room) -> None:
    where, plant = room.order(), room.plant
    for desk in browser(plant, plant.world.wholesaler, f"{where[-12:]}.stranger"):
        assert desk.client.get(where).status_code == 404
        assert "WO-1" not in desk.client.get("/lines").text
    for desk in browser(plant, plant.maker, f"{where[-12:]}.owner"):
        assert desk.client.get(where).status_code == 200


def test_the_label_of_each_level_is_shown_and_can_be_had(room: Room) -> None:
    where = room.order()
    labels = f"{where}/labels"

    page = room.get(f"{labels}/pack")
    picture = room.desk.client.get(f"{labels}/pack/picture")

    assert "The symbol says" in page
    assert f"(01) {GTIN}" in page
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert room.desk.client.get(f"{labels}/pallet/zpl").text.startswith("^XA")
    assert room.desk.client.get(labels).content[:4] == b"%PDF"
    assert "LIN-022" in room.get(f"{labels}/pack?number=NEVER", 422)
    room.get(f"{labels}/crate", 404)
