"""Goods from the command line: counted, shown, compared, corrected, recalled and verified."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.test_commands import Packtrail
from tests.services.documents import (
    CASE,
    LOT,
    SITE,
    commissioning,
    dispensing,
    document,
    event,
    pack,
    packing,
)

from packtrail.exchange.tables import Field, read_table
from packtrail.rendering.symbols import draw
from packtrail.store.embedded import EmbeddedServer

GTIN = "00300010123455"
OTHER_CASE = "urn:epc:id:sscc:030001.00000000009"
PO = "urn:epcglobal:cbv:bt:0300011111116:PO-1"
DEPOT = "urn:epc:id:sgln:030001.222222.0"
DISPENSED = "urn:uuid:00000000-0000-4000-8000-000000000020"


@pytest.fixture(scope="module")
def packtrail() -> Iterator[Packtrail]:
    shipping = event(
        5, action="OBSERVE", bizStep="shipping", disposition="in_transit", epcList=[CASE],
        destinationList=[{"type": "location", "destination": DEPOT}],
        bizTransactionList=[{"type": "po", "bizTransaction": PO}],
    )  # fmt: skip
    del shipping["bizLocation"]
    receiving = event(
        9, action="OBSERVE", bizStep="receiving", disposition="in_progress", epcList=[CASE],
        readPoint={"id": DEPOT}, bizLocation={"id": DEPOT},
    )  # fmt: skip
    content = document(
        commissioning(1, [pack(n) for n in range(1, 4)]),
        commissioning(11, [pack(n) for n in range(11, 15)], lot="OTHER-LOT"),
        packing(12, OTHER_CASE, [pack(11), pack(12)]),
        packing(2, CASE, [pack(1), pack(2)]),
        shipping,
        receiving,
        dispensing(20, pack(14)),
    )
    with tempfile.TemporaryDirectory(prefix="packtrail-cli-") as name:
        Path(name).chmod(0o711)
        command = Packtrail(Path(name) / "data")
        with EmbeddedServer(Path(name) / "data"):  # The commands join it: each starts at once.
            assert command("organisations", "add", "acme").returncode == 0
            assert command("capture", "-", stdin=content).returncode == 0
            yield command


def test_a_pack_is_verified_and_the_exit_code_says_how_it_went(packtrail: Packtrail, tmp_path):
    good = packtrail("verify", "--gtin", GTIN, "--serial", "3", "--lot", LOT)
    bad = packtrail("verify", f"01{GTIN}21404")
    image = tmp_path / "pack.png"
    image.write_bytes(draw(f"(01){GTIN}(21)3(17)281231(10){LOT}").png())
    seen = packtrail.json("verify", "--image", image, "--market", "DE")

    assert (good.returncode, bad.returncode) == (0, 1)
    assert b"Genuine and saleable. Nothing is against it" in good.stdout
    assert b"VER-021 404 is not recorded" in bad.stdout
    assert [each["verdict"] for each in seen] == ["genuine_and_saleable"]
    assert packtrail("verify").returncode == 2
    many = packtrail("verify", "-", "--json", stdin=f"01{GTIN}211\n01{GTIN}212\n".encode())
    assert [each["serial"] for each in json.loads(many.stdout)] == ["1", "2"]


def test_what_was_verified_is_listed(packtrail: Packtrail) -> None:
    packtrail("verify", f"01{GTIN}21777")

    listed = packtrail.json("verifications", "list", "--serial", "777", "--verdict", "unknown")

    assert [each["reasons"] for each in listed] == [["VER-007", "VER-021"]]
    shown = packtrail("verifications", "show", listed[0]["verification_id"])
    assert json.loads(shown.stdout) == listed[0]


def test_packs_are_counted_and_places_lots_and_shipments_shown(packtrail: Packtrail) -> None:
    counted = packtrail.json("census", "--by", "place", "--here", "--lot", LOT)
    then = packtrail.json("census", "--as-of", "2026-03-02T23:01:30Z", "--lot", LOT)
    lot = packtrail("lots", "show", LOT)
    place = packtrail("places", "show", "0300012222224")
    shipment = packtrail.json("shipments", "show", "PO-1", "--trust", "open")

    assert {row["place"]: row["count"] for row in counted["rows"]} == {DEPOT: 2, SITE: 1}
    assert {row["status"]: row["count"] for row in then["rows"]} == {"commissioned": 3}
    assert b"Lot LOT-7, expires 31 Dec 2028" in lot.stdout
    assert b"2 packs, 2 of them inferred" in place.stdout
    assert (shipment["said"], shipment["arrived"], shipment["judgement"]["to_open"]) == (2, 0, 1)
    assert b"PO-1: 2 packs said, 2 arrived" in packtrail("shipments", "show", "PO-1").stdout
    assert b"2" in packtrail("places", "list").stdout
    for wrong in (["census", "--by", "colour"], ["shipments", "show", "x", "--share", "2"]):
        assert packtrail(*wrong).returncode == 2


def test_closed_cases_are_believed_by_rules(packtrail: Packtrail) -> None:
    since = ("--since", "2026-01-01T00:00:00Z", "--reason", "Audit 7")
    rule = packtrail("inference", "rule", "sample", "--partner", SITE, "--cases", "1", *since)
    listed = packtrail("inference", "rules")
    drawn = packtrail("inference", "draw", "PO-1")
    belief = packtrail("inference", "belief", pack(1))
    ended = packtrail("inference", "rule", "ended", "--partner", SITE, *since)

    assert b"Open 1 of the cases" in rule.stdout
    assert b"Audit 7" in listed.stdout
    assert b"1 of 1 drawn by command line with the seed" in drawn.stdout
    assert b"to open: (00) 003000100000000015" in drawn.stdout
    assert (belief.returncode, b"received: no" in belief.stdout) == (1, True)
    assert b"No rule any more" in ended.stdout
    assert packtrail.json("inference", "rules")["in_force"] == []
    assert packtrail.json("inference", "belief", pack(1))["is_received"]
    assert packtrail("inference", "rule", "hope", "--reason", "x").returncode == 1


def test_a_stock_list_is_compared(packtrail: Packtrail, tmp_path: Path) -> None:
    stock = tmp_path / "stock.csv"
    stock.write_text(f"gtin;lot;quantity\n{GTIN};{LOT};3\n")
    out = tmp_path / "out.xlsx"

    done = packtrail("places", "compare", DEPOT, stock, "--out", out)

    assert (done.returncode, b"2 recorded" in done.stdout) == (1, True)
    rows = read_table(out.read_bytes(), "out.xlsx", [Field("Difference")]).rows
    assert [row.values["Difference"] for row in rows] == ["too many"]
    assert packtrail("places", "compare", DEPOT, tmp_path / "none.csv").returncode == 2


def test_a_lot_is_recalled_only_by_somebody_who_is_sure(packtrail: Packtrail) -> None:
    recall = ["notices", "make", "recalled", GTIN, "--lot", "OTHER", "--reason", "Complaint 17"]

    checked = packtrail(*recall, "--dry-run")
    unsure = packtrail(*recall)
    sure = packtrail(*recall, "--yes")
    again = packtrail(*recall, "--yes")

    assert (checked.returncode, b"LIF-010" in checked.stderr) == (0, True)
    assert (unsure.returncode, b"--yes" in unsure.stderr) == (2, True)
    assert sure.returncode == 0
    assert (again.returncode, b"LIF-003" in again.stderr) == (1, True)
    (notice,) = packtrail.json("notices", "list", "--gtin", GTIN, "--lot", "OTHER")
    assert notice["kind"] == "recalled"
    retract = ["notices", "retract", notice["notice_id"], "--reason", "Wrong lot"]
    assert packtrail(*retract).returncode == 0
    assert packtrail(*retract).returncode == 1
    assert b"retracts" in packtrail("notices", "list").stdout


def test_an_event_is_corrected_after_a_preview(packtrail: Packtrail, tmp_path: Path) -> None:
    why = ["--reason", "incorrect_data", "--because", "Scanned the wrong pack"]
    draft = packtrail("corrections", "draft", DISPENSED)
    right = tmp_path / "right.jsonld"
    right.write_bytes(draft.stdout.replace(pack(14).encode(), pack(13).encode()))

    preview = packtrail.json("corrections", "preview", DISPENSED, *why, "--corrective", right)[
        "changes"
    ]
    told = packtrail("corrections", "preview", DISPENSED, *why, "--corrective", right)
    accepted = [
        "corrections", "accept", DISPENSED, *why, "--corrective", right, "--digest",
    ]  # fmt: skip

    assert preview["changed"] == 2
    assert b"1: dispensed to commissioned" in told.stdout
    assert packtrail(*accepted, "0").returncode == 1
    assert packtrail(*accepted, preview["digest"]).returncode == 0
    assert packtrail.json("trace", pack(13))["standing"]["status"] == "dispensed"


def test_a_case_is_inspected_and_unpacked(packtrail: Packtrail) -> None:
    right = packtrail("packs", "inspect", OTHER_CASE, pack(11), pack(12), "--place", SITE)
    wrong = packtrail("packs", "inspect", OTHER_CASE, "-", stdin=pack(11).encode())
    out = packtrail("packs", "unpack", pack(11), "--place", SITE)

    assert (right.returncode, wrong.returncode, out.returncode) == (0, 1, 0)
    assert b"TRC-106" in wrong.stderr
    assert b"1 taken out of (00)" in out.stdout
    assert packtrail("packs", "unpack", pack(11)).returncode == 1


def test_a_pharmacy_dispenses_takes_back_and_posts_what_it_queued(
    packtrail: Packtrail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, queue = "0300013333332", str(tmp_path / "till.jsonl")
    made = document(commissioning(41, [pack(41)], lot="LOT-9"))
    assert packtrail("capture", "-", stdin=made).returncode == 0
    told = ("--gtin", GTIN, "--serial", "41", "--lot", "LOT-9", "--place", shop)
    queued = packtrail("operations", "do", "dispense", *told, "--queue", queue)
    posted = packtrail.json("operations", "post", queue)

    assert queued.returncode == 0
    assert [each["performed"]["outcome"] for each in posted] == ["done"]
    assert packtrail.json("operations", "post", queue)[0]["performed"]["is_repeat"] is True
    second = packtrail("operations", "do", "dispense", *told)
    assert second.returncode == 1
    assert b"ALARM" in second.stdout
    assert b"NMVS_NC_PCK_22" in second.stdout
    assert packtrail("operations", "do", "dispense", *told, "--undo").returncode == 0
    alarms = packtrail.json("operations", "list", "--alarms")
    assert [each["serial"] for each in alarms] == ["41"]
    assert len(packtrail.json("operations", "codes")["rows"]) > 5
    own = tmp_path / "codes.toml"
    own.write_text(
        '[[code]]\nsystem = "nmvs"\ncode = "OURS_1"\noutcome = "serial_unknown"\n'
        'meaning = "x"\nhub = ""\nis_alert = true\nconfidence = "H"\n'
    )
    monkeypatch.setitem(packtrail.environment, "PACKTRAIL_RETURN_CODES_FILE", str(own))
    assert [x["code"] for x in packtrail.json("operations", "codes")["rows"]] == ["OURS_1"]
    assert packtrail("operations", "do", "dispense").returncode == 2
    Path(queue).write_text("{\n")
    assert packtrail("operations", "post", queue).returncode == 1


def test_a_drill_is_run_from_the_command_line(packtrail: Packtrail, tmp_path: Path) -> None:
    opened = packtrail.json(
        "recalls", "open", "Drill", "--drill", "--of", f"{GTIN}/{LOT}", "--reason", "Yearly"
    )
    number = opened["number"]
    holder = "0300012222224"
    packtrail("recalls", "contact", holder, "--person", "Ms Depot", "--email", "q@depot.example")
    counted = packtrail.json("recalls", "count", number)
    wrong = packtrail("recalls", "publish", number, "--confirm", number, "--reason", "Try")
    sent = packtrail.json("recalls", "sent", number, "--confirm", number, "--reason", "Mail")
    answered = packtrail.json(
        *("recalls", "acknowledge", number, holder, "--person", "Ms Depot", "--on", "2026-03-09"),
        *("--quarantined", "2"),
    )
    mail = tmp_path / "mail.eml"
    report = tmp_path / "report.pdf"
    assert packtrail("recalls", "message", number, holder, "-O", mail).returncode == 0
    assert packtrail("recalls", "report", number, "-O", report).returncode == 0
    check = ("recalls", "check", number, holder, "--person", "Ms Depot", "--effective")

    assert counted["account"]["total"] == 3
    assert (wrong.returncode, b"RCL-007" in wrong.stderr) == (1, True)
    assert sent["told"] == 2
    assert answered["account"]["by_word"] == 2
    assert packtrail(*check).returncode == 0
    assert b"Ms Depot" in mail.read_bytes()
    assert report.read_bytes().startswith(b"%PDF")
    assert number in packtrail("recalls", "list").stdout.decode()
    assert b"(00)" in packtrail("recalls", "packs", number, "--holder", holder).stdout
