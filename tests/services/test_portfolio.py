"""The portfolio: entries are written together or not at all, and every change is kept."""

from __future__ import annotations

import json

import pytest
from tests.services.companies import DE_ITEM, make_company, put
from tests.services.conftest import World
from tests.services.supply.making import create_pool

from packtrail.access import ROLES, Permission, RoleName
from packtrail.base.errors import Conflict, NotFound, NotPermitted, RefusedError
from packtrail.compliance.book import Kind
from packtrail.serials.policy import Policy
from packtrail.services.accounts import audit
from packtrail.services.books.entries import Put, Remove
from packtrail.services.portfolio import books
from packtrail.services.portfolio.entries import PORTFOLIO
from packtrail.store.database import Database


@pytest.fixture
def company(database: Database) -> World:
    return make_company(database)


def codes_of(refused: pytest.ExceptionInfo[RefusedError]) -> list[str]:
    return [each.code for each in refused.value.findings]


def test_what_was_written_is_read_again(company: World) -> None:
    view = PORTFOLIO.entry(company.app, company.maker, Kind.PRODUCT, "tarvoxil")

    assert view.body == {
        "code": "tarvoxil", "name": "Tarvoxil", "presentation": "10 mg, 30 tablets",
        "class": "prescription", "made_in": "US",
    }  # fmt: skip
    assert (view.revision, view.changed_by) == (1, company.maker.name)
    assert [each.key for each in PORTFOLIO.entries(company.app, company.maker, Kind.LICENCE)] == [
        "tarvoxil/DE", "tarvoxil/US",
    ]  # fmt: skip


def test_a_change_is_kept_with_what_was_before_and_why(company: World) -> None:
    change = put("licence", product="tarvoxil", market="DE", trade_item="tarvoxil-de",
                 sold_from="2027-01-01")  # fmt: skip

    done = PORTFOLIO.change(company.app, company.maker, [change], reason="Launch in January")

    assert (done.version, done.added, done.changed, done.removed) == (2, 0, 1, 0)
    (newest, *_) = PORTFOLIO.history(company.app, company.maker, key="tarvoxil/DE")
    assert (newest.reason, newest.by) == ("Launch in January", company.maker.name)
    assert "sold_from" not in json.loads(newest.before or "{}")
    assert json.loads(newest.after or "{}")["sold_from"] == "2027-01-01"
    (row, *_) = audit.entries(company.app, company.maker, limit=1)
    assert (row.action, row.subject) == ("portfolio:record:changed", "licence/tarvoxil/DE")
    assert row.detail["reason"] == "Launch in January"


def test_a_change_of_what_was_there_needs_a_reason(company: World) -> None:
    change = put("product", code="tarvoxil", name="Tarvoxil retard", **{"class": "prescription"})

    with pytest.raises(RefusedError) as refused:
        PORTFOLIO.change(company.app, company.maker, [change], reason="  ")

    assert codes_of(refused) == ["PTF-009"]


def test_the_same_again_changes_nothing(company: World) -> None:
    same = put("placement", product="tarvoxil", market="US", line="w1")

    done = PORTFOLIO.change(company.app, company.maker, [same])

    assert (done.count, done.version) == (0, 1)
    assert len(PORTFOLIO.history(company.app, company.maker, kind=Kind.PLACEMENT)) == 1


def test_one_defect_refuses_all_changes_of_a_call(company: World) -> None:
    good = put("product", code="new", name="New", **{"class": "prescription"})
    bad = put("licence", product="new", market="US", practices=["nowhere"], trade_item="none")

    with pytest.raises(RefusedError) as refused:
        PORTFOLIO.change(company.app, company.maker, [good, bad])

    assert codes_of(refused) == ["PTF-003", "PTF-003"]
    with pytest.raises(NotFound):
        PORTFOLIO.entry(company.app, company.maker, Kind.PRODUCT, "new")


def test_what_is_named_cannot_be_taken_out_unless_all_goes(company: World) -> None:
    app, maker = company.app, company.maker
    with pytest.raises(RefusedError) as refused:
        PORTFOLIO.change(app, maker, [Remove(Kind.PRODUCT, "tarvoxil")], reason="Sold")
    assert codes_of(refused) == ["PTF-004"]

    done = PORTFOLIO.change(
        app, maker,
        [Remove(Kind.PLACEMENT, "tarvoxil/US/w1"), Remove(Kind.LICENCE, "tarvoxil/US"),
         Remove(Kind.LICENCE, "tarvoxil/DE"), Remove(Kind.PRODUCT, "tarvoxil")],
        reason="Sold to another company",
    )  # fmt: skip

    assert done.removed == 4
    (gone, *_) = PORTFOLIO.history(app, maker, kind=Kind.PRODUCT)
    assert gone.after is None


def test_a_change_from_an_old_revision_is_refused(company: World) -> None:
    app, maker = company.app, company.maker
    values = {"code": "tarvoxil", "name": "Tarvoxil forte", "class": "prescription"}
    PORTFOLIO.change(app, maker, [put("product", **values)], reason="Renamed")
    late = Put(PORTFOLIO.read(Kind.PRODUCT, values | {"name": "Other"}), revision=1)
    new = Put(PORTFOLIO.read(Kind.PRODUCT, values), revision=0)

    for change in (late, new):
        with pytest.raises(Conflict) as refused:
            PORTFOLIO.change(app, maker, [change], reason="x")
        assert codes_of(refused) == ["PTF-005"]
    with pytest.raises(NotFound):
        PORTFOLIO.change(app, maker, [Remove(Kind.PRODUCT, "never")], reason="x")


def test_a_trial_writes_nothing(company: World) -> None:
    new = put("product", code="trial", name="Trial", groups=["vacine"], **{"class": "prescription"})

    seen = PORTFOLIO.change(company.app, company.maker, [new], is_trial=True)

    assert (seen.added, [each.code for each in seen.findings]) == (1, ["PTF-012"])
    with pytest.raises(NotFound):
        PORTFOLIO.entry(company.app, company.maker, Kind.PRODUCT, "trial")


def test_another_organisation_sees_nothing_of_it(company: World) -> None:
    assert PORTFOLIO.entries(company.app, company.packer, Kind.PRODUCT) == ()
    assert PORTFOLIO.history(company.app, company.packer) == ()
    with pytest.raises(NotFound):
        PORTFOLIO.entry(company.app, company.packer, Kind.PRODUCT, "tarvoxil")


def test_only_who_may_changes_it(company: World) -> None:
    reader = company.maker.with_permissions(ROLES[RoleName.READER])
    stranger = company.maker.with_permissions(frozenset({Permission.EVENT_READ}))

    assert PORTFOLIO.entries(company.app, reader, Kind.PRODUCT)
    with pytest.raises(NotPermitted):
        PORTFOLIO.change(company.app, reader, [put("company", roles=["manufacturer"])], reason="x")
    with pytest.raises(NotPermitted):
        PORTFOLIO.entries(company.app, stranger, Kind.PRODUCT)
    assert Permission.PORTFOLIO_UPDATE in ROLES[RoleName.REGULATORY]


def test_pages_of_the_history_do_not_overlap(company: World) -> None:
    app, maker = company.app, company.maker

    first = PORTFOLIO.history(app, maker, limit=3)
    rest = PORTFOLIO.history(app, maker, before=(first[-1].version, first[-1].number))

    keys = [(each.kind, each.key) for each in (*first, *rest)]
    assert len(keys) == len(set(keys)) == 7


def test_the_portfolio_knows_lines_items_and_pools(company: World) -> None:
    app, maker = company.app, company.maker
    create_pool(app, maker, "german", gtin=DE_ITEM, policy=Policy.of("unambiguous", 14))
    packed = put("placement", product="tarvoxil", market="DE",
                 line=f"{company.packer.organisation_code}/u5")  # fmt: skip
    PORTFOLIO.change(app, maker, [packed])

    with app.database.reading() as conn:
        german, american = books.company_of(app, conn, maker).portfolio.placements
    item = german.subjects[0]

    assert (american.lines, american.sites) == (("w1",), ("wilson",))
    assert german.sites == (f"{company.packer.organisation_code}/ulm",)
    assert (german.gtin, item.serial_length, item.is_serial_random) == (DE_ITEM, 14, True)
    assert str(item.serial_characters) == "capitals"
