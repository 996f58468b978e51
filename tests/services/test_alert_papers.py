"""What of a case goes to others: the bundle, drafts that are never sent, pictures and reach."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest

from packtrail.base.errors import NotFound
from packtrail.rendering import sightings as pictures
from packtrail.services.accounts import audit
from packtrail.services.alerts import bundle, cases, drafts, sightings

from .conftest import World
from .documents import CASE, PRODUCT, commissioning, pack
from .documents import packing as packed
from .test_alert_cases import go, investigated, opened
from .test_alerts import GTIN, OTHER_SHOP_GLN, dispensed, record, scan, watch


def values(draft) -> dict[str, str]:
    return {each.field.name: each.value for each in draft.fields}


def lacking(draft) -> set[str]:
    return {each.field.name for each in draft.missing}


def test_a_draft_says_what_the_case_knows_and_names_what_is_missing(world: World) -> None:
    code = investigated(world, market="US")

    before = drafts.draft(world.app, world.maker, code, "fda_3911")
    assert {"classification", "determined_on", "contact_phone"} <= lacking(before)
    go(world, code, "confirm")
    after = drafts.draft(world.app, world.maker, code, "fda_3911")

    told = values(after)
    assert (told["classification"], told["product_name"]) == ("counterfeit", "Epcistra")
    assert (told["serial_numbers"], told["contact_name"]) == ("2", "Ida")
    assert "determined_on" not in lacking(after)
    assert all(each.field.clause for each in after.fields)


def test_what_a_person_wrote_counts_until_it_is_taken_away(world: World) -> None:
    code = opened(world).line.code
    wrong = {"contact_phone": "555 0100", "classification": "odd"}

    made = drafts.answer(world.app, world.maker, code, "fda_3911", wrong)

    assert values(made)["contact_phone"] == "555 0100"
    assert "classification" in lacking(made)
    taken = drafts.answer(world.app, world.maker, code, "fda_3911", {"contact_phone": ""})
    assert "contact_phone" in lacking(taken)
    with pytest.raises(NotFound):
        drafts.answer(world.app, world.maker, code, "fda_3911", {"no such": "x"})
    with pytest.raises(NotFound):
        drafts.draft(world.app, world.maker, code, "f3911")


def test_the_european_draft_compares_what_was_scanned_with_what_is_stored(world: World) -> None:
    code = opened(world, market="DE").line.code

    told = values(drafts.draft(world.app, world.maker, code, "eu_alert"))

    assert (told["market"], told["product_code"], told["error_code"]) == ("DE", GTIN, "#A24")
    assert told["lots_sent"] == told["lots_stored"]
    assert told["decision"] == "under investigation"


@pytest.mark.parametrize(("kind", "start"), [("csv", b"# Draft"), ("json", b"{"), ("pdf", b"%PDF")])
def test_a_draft_is_a_file_and_the_same_one_again(world: World, kind: str, start: bytes) -> None:
    code = opened(world).line.code

    first, second = (
        drafts.exported(world.app, world.maker, code, "eu_alert", kind) for _ in range(2)
    )

    assert first == second
    assert first.startswith(start)


def test_the_bundle_is_the_same_again_and_its_manifest_proves_every_file(world: World) -> None:
    code = opened(world).line.code

    first, second = (bundle.bundle(world.app, world.maker, code) for _ in range(2))

    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop("manifest.json"))
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    assert {"case.json", "case.pdf", "evidence.csv", "draft-fda_3911.json"} <= set(files)
    entry = audit.entries(world.app, world.maker)[0]
    assert (entry.action, entry.detail["sha256"]) == (
        "alert:case:exported",
        hashlib.sha256(first).hexdigest(),
    )


def test_the_picture_shows_where_packs_were_and_what_shared_their_container(world: World) -> None:
    packs = [pack(n) for n in (2, 3, 4)]
    record(world, commissioning(1, packs), packed(2, CASE, packs), vocabularies=[PRODUCT])
    record(world, dispensed(5, "2"))
    scan(world, "2", place=OTHER_SHOP_GLN, purpose="supply")
    watch(world)
    (alert,) = cases.alerts.listed(world.app, world.maker)
    code = cases.open_case(world.app, world.maker, [alert.alert_id]).line.code

    found = sightings.picture(world.app, world.maker, code)

    assert [each.place for each in found.sightings if each.is_suspect] == [OTHER_SHOP_GLN]
    assert any(way.is_suspect and way.target == OTHER_SHOP_GLN for way in found.ways)
    shared = {each.kind: each for each in found.reach}
    assert shared["container"].other_count == 2
    assert set(shared["container"].others) == {(GTIN, "3"), (GTIN, "4")}
    assert shared["lot"].suspects == 1
    drawn = pictures.over_time(found.sightings)
    assert drawn.count("<circle") == len(found.sightings)
    assert pictures.on_map(found.sightings) == ""
