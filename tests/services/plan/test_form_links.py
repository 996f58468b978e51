"""Form links: people without an account raise inputs, and find the answer."""

from __future__ import annotations

import threading
from dataclasses import replace
from uuid import uuid4

import pytest
from tests.services.conftest import World

from packtrail.access import ROLES, Actor, RoleName
from packtrail.base.errors import LimitExceeded, NotFound, NotPermitted, RefusedError
from packtrail.planning.book import Terms
from packtrail.planning.inputs import InputKind, Resolution, Way
from packtrail.planning.templates import Department
from packtrail.services.accounts import audit
from packtrail.services.plan import answers, books, input_files, inputs, links, programmes, receipts
from packtrail.services.plan.input_files import HandedIn
from packtrail.services.plan.inputs import Decision
from packtrail.services.plan.links import NewLink, Receipt, Told

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def maker(world: World) -> Actor:
    for actor in (world.maker, world.packer):
        programmes.create_programme(
            world.app, actor, "eu", name="EU programme", terms=Terms(template="small")
        )
    return world.maker


def token_of(world: World, **more: object) -> str:
    new = NewLink(**({"name": "Packers of Cork 1"} | more))
    return links.create(world.app, world.maker, "eu", new).path.removeprefix("/tell/")


def told(**more: object) -> Told:
    values = {
        "kind": InputKind.CONCERN, "title": "Too many packs are scrapped", "text": "Some 60 a stop",
        "name": "C. Doyle", "request_id": str(uuid4()),
    }  # fmt: skip
    return Told(**(values | more))


def hand_in(world: World, token: str, *, address: str = "10.0.0.7", **more: object) -> Receipt:
    files = more.pop("files", ())
    return links.hand_in(world.app, token, told(**more), files=files, address=address)


def findings(world: World, token: str, **more: object) -> list[tuple[str, str]]:
    with pytest.raises(RefusedError) as refused:
        hand_in(world, token, **more)
    return [(each.code, each.at) for each in refused.value.findings]


def test_what_somebody_says_becomes_an_input_like_any_other(world: World, maker: Actor) -> None:
    token = token_of(world, about="line:cork-1", department=Department.PACKAGING)
    form = links.form(world.app, token)
    assert (form.organisation, form.programme, form.about) == (
        "Maker",
        "EU programme",
        "line:cork-1",
    )

    made = hand_in(world, token, contact="c.doyle@maker.example", about="something else")

    kept = books.opened(world.app, maker, "eu").book.inputs[made.code]
    assert (kept.code, kept.way, kept.raised_by) == ("IN-1", Way.LINK, "C. Doyle")
    assert (kept.about, kept.department) == ("line:cork-1", Department.PACKAGING)
    assert kept.contact == "c.doyle@maker.example"
    raised, changed = audit.entries(world.app, maker, limit=2)
    assert (raised.action, raised.subject) == ("plan:linked_input:raised", "IN-1")
    assert raised.actor_name == "C. Doyle (form link Packers of Cork 1)"
    assert changed.action == "plan:entry:changed"
    assert list(inputs.mine(world.app, replace(maker, name="C. Doyle"))) == []


def test_the_answer_appears_on_the_private_page_and_nothing_before(
    world: World, maker: Actor
) -> None:
    made = hand_in(world, token_of(world))
    token = made.path.removeprefix("/said/")
    assert answers.seen(world.app, token).state == "raised"

    inputs.triage(world.app, maker, "eu", made.code, owner="Ben")
    inputs.add_remark(world.app, maker, "eu", made.code, "He always complains")
    inputs.decide(
        world.app, maker, "eu", made.code,
        Decision(resolution=Resolution.ACCEPTED, reason="It costs 400 packs a week"),
    )  # fmt: skip
    seen = answers.seen(world.app, token)
    assert (seen.state, seen.resolution, seen.answer) == ("decided", "", "")

    inputs.answer(world.app, maker, "eu", made.code, "From May on the line lists them")
    seen = answers.seen(world.app, token)
    assert (seen.answer, seen.resolution) == ("From May on the line lists them", "accepted")
    inputs.reopen(world.app, maker, "eu", made.code, "It does not")
    assert answers.seen(world.app, token).answer == ""


def test_the_same_form_sent_twice_is_one_input(world: World, maker: Actor) -> None:
    token, request = token_of(world, uses=1), str(uuid4())

    first = hand_in(world, token, request_id=request)
    second = hand_in(world, token, request_id=request)

    assert first == second
    assert len(books.opened(world.app, maker, "eu").book.inputs) == 1
    with pytest.raises(NotFound):
        hand_in(world, token)


@pytest.mark.parametrize("ended", ["expired", "used", "revoked", "archived", "unknown"])
def test_a_link_that_has_ended_tells_nothing_of_why(world: World, maker: Actor, ended: str) -> None:
    token = token_of(world, days=1, uses=1)
    match ended:
        case "expired":
            world.clock.advance(days=1, seconds=1)
        case "used":
            hand_in(world, token)
        case "revoked":
            (link,) = links.listed(world.app, maker, "eu")
            links.revoke(world.app, maker, "eu", link.link_id)
            assert audit.entries(world.app, maker, limit=1)[0].action == "plan:input_link:revoked"
        case "archived":
            programmes.change_programme(world.app, maker, "eu", is_archived=True)
        case "unknown":
            token = token[:-1] + ("A" if token[-1] != "A" else "B")

    for act in (lambda: links.form(world.app, token), lambda: hand_in(world, token)):
        with pytest.raises(NotFound) as refused:
            act()
        assert refused.value.findings[0].message == "This link leads nowhere, or not any more."
    assert bool(books.opened(world.app, maker, "eu").book.inputs) is (ended == "used")


def test_the_secret_is_kept_nowhere(world: World, maker: Actor) -> None:
    token = token_of(world)
    made = hand_in(world, token)
    with world.app.database.reading() as conn:
        tables = [
            str(name)
            for (name,) in conn.execute(
                "select table_name from information_schema.tables where table_schema = 'public'"
            ).fetchall()
        ]
        for table in tables:
            rows = conn.execute(f"select t::text from {table} t").fetchall()
            said = " ".join(str(row) for (row,) in rows)
            assert token not in said, table
            assert made.path.removeprefix("/said/") not in said, table


def test_too_much_in_an_hour_is_turned_away(world: World, maker: Actor) -> None:
    calm = replace(world.app, settings=replace(world.app.settings, form_inputs_per_hour=6))
    world = replace(world, app=calm)
    token, other = token_of(world), token_of(world, name="Packers of Cork 2")
    for _ in range(2):
        hand_in(world, token)

    # A third of what a link takes comes from one address, through whichever link.
    with pytest.raises(LimitExceeded):
        hand_in(world, other)
    for number in range(4):
        hand_in(world, token, address=f"10.0.1.{number}")
    with pytest.raises(LimitExceeded):
        hand_in(world, token, address="10.0.2.1")
    hand_in(world, other, address="10.0.2.1")
    world.clock.advance(hours=1, seconds=1)
    hand_in(world, token)

    assert len(books.opened(world.app, maker, "eu").book.inputs) == 8


def test_what_is_missing_or_too_long_is_told_at_its_field(world: World, maker: Actor) -> None:
    token = token_of(world)

    assert findings(world, token, title=" ", name="", text="x" * 5_001, contact="none at all") == [
        ("PLN-045", "name"), ("PLN-045", "title"), ("PLN-045", "text"), ("PLN-045", "contact"),
    ]  # fmt: skip
    assert findings(world, token, request_id="again") == [("PLN-045", "request_id")]
    assert books.opened(world.app, maker, "eu").book.inputs == {}
    # What was refused used nothing of the link.
    assert links.listed(world.app, maker, "eu")[0].uses == 0


def test_files_are_told_by_their_bytes_and_never_by_their_names(world: World, maker: Actor) -> None:
    token = token_of(world)
    for content in (b"<!doctype html><script>", b"MZ\x90\x00", b"PK\x03\x04", b"", b"<svg onload="):
        file = HandedIn(name="photo.png", content=content)
        assert findings(world, token, files=[file]) == [("PLN-044", "files")]
    large = HandedIn(name="a.txt", content=b"x" * (5 * 2**20 + 1))
    assert findings(world, token, files=[large]) == [("PLN-044", "files")]
    four = [HandedIn(name=f"{n}.txt", content=b"x") for n in range(4)]
    assert findings(world, token, files=four) == [("PLN-044", "files")]

    good = (
        HandedIn(name="../../jam.html", content=PNG),
        HandedIn(name="reads.CSV", content="serial;ok\nÄ;1\n".encode()),
    )
    made = hand_in(world, token, files=good)
    kept = input_files.listed(world.app, maker, "eu", made.code)
    assert [(each.name, each.media_type) for each in kept] == [
        ("jam.html.png", "image/png"), ("reads.CSV", "text/plain"),
    ]  # fmt: skip
    assert input_files.content(world.app, maker, "eu", made.code, 1).content == PNG
    with pytest.raises(NotFound):
        input_files.content(world.app, world.packer, "eu", made.code, 1)


def test_links_are_made_by_who_may_change_the_programme(world: World, maker: Actor) -> None:
    reader = replace(maker, permissions=ROLES[RoleName.READER])
    with pytest.raises(NotPermitted):
        links.create(world.app, reader, "eu", NewLink(name="x"))
    with pytest.raises(NotPermitted):
        links.listed(world.app, reader, "eu")
    with pytest.raises(RefusedError) as refused:
        links.create(world.app, maker, "eu", NewLink(name="", days=0, uses=1_001))
    assert [each.at for each in refused.value.findings] == ["name", "days", "uses"]

    token_of(world)
    (link,) = links.listed(world.app, maker, "eu")
    assert links.listed(world.app, world.packer, "eu") == ()
    with pytest.raises(NotFound):
        links.revoke(world.app, world.packer, "eu", link.link_id)
    with pytest.raises(NotFound):
        links.revoke(world.app, maker, "eu", "1")


def test_a_private_page_is_for_its_input_alone(world: World, maker: Actor) -> None:
    token = hand_in(world, token_of(world)).path.removeprefix("/said/")

    for wrong in ("", "x", token[:-2], token + "AA", "A" * 5_000, token.swapcase()):
        with pytest.raises(NotFound):
            answers.seen(world.app, wrong)
    # The seal of one purpose opens no other.
    with pytest.raises(NotFound):
        receipts.opened(world.app, token)


def test_many_at_once_use_a_link_no_more_than_it_may(world: World, maker: Actor) -> None:
    token = token_of(world, uses=5)
    outcomes: list[str] = []

    def send(number: int) -> None:
        try:
            outcomes.append(hand_in(world, token, address=f"10.1.0.{number}").code)
        except NotFound:
            outcomes.append("ended")

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(outcomes) == ["IN-1", "IN-2", "IN-3", "IN-4", "IN-5", "ended", "ended", "ended"]
    assert links.listed(world.app, maker, "eu")[0].uses == 5
