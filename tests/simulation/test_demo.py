from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from packtrail.access import Actor
from packtrail.base.errors import UsageError
from packtrail.reporting.life import State
from packtrail.services import overview
from packtrail.services.accounts import accounts, organisations
from packtrail.services.application import Application
from packtrail.services.orders import orders
from packtrail.services.reports import receivers, viewing
from packtrail.services.supply import forecasting, pools, proving
from packtrail.settings import Settings
from packtrail.simulation import demo, demo_lines
from packtrail.simulation.authority import AuthorityServer
from packtrail.simulation.filings import LEFT_DUE, LOOPBACK
from packtrail.store.database import Database

MASTER = base64.b64encode(bytes(range(32))).decode()
INSTALLATION = Actor.system("test")


@pytest.fixture
def app(fresh_database: Database, monkeypatch: pytest.MonkeyPatch) -> Application:
    """A small demo world is enough, and a year of it is over."""
    monkeypatch.setattr(demo, "PACKS", 60)
    monkeypatch.setattr(demo_lines, "BATCHES", demo_lines.BATCHES[3:])
    return Application(
        settings=Settings.of({}, data_dir=Path("/nonexistent"), master_key=MASTER),
        database=fresh_database,
        clock=lambda: datetime.now(UTC),
    )


def test_the_demo_is_loaded_once_and_each_door_leads_into_its_own_organisation(
    app: Application,
) -> None:
    first, second = demo.load(app), demo.load(app)

    doors = demo.doors(app)
    entered = [accounts.sign_in_by_link(app, door.token).actor for door in doors]

    assert first > 0
    assert second == 0
    assert tuple(actor.organisation_code for actor in entered) == demo.VISITED
    assert all(overview.overview(app, actor).counts.events for actor in entered)
    batches = {each.code: each.owner for each in orders.orders(app, entered[1])}
    assert batches == {"AST-C-0098": "asterion", "SON-26-0413": "belmont"}
    maker, packer = (entered[demo.VISITED.index(code)] for code in ("asterion", "corvus-cmo"))
    assert all(each.holds for each in proving.prove(app, maker))
    assert {each.owner for each in pools.pools(app, maker)} == {"asterion"}
    assert {each.owner for each in pools.pools(app, packer)} == {"asterion", "belmont"}
    assert any(each.low_on for each in forecasting.forecasts(app, packer).values())
    assert "SER-030" in {each.code for each in overview.overview(app, packer).attention}


def test_the_demo_stays_out_of_a_store_that_somebody_uses(app: Application) -> None:
    organisations.create_organisation(app, INSTALLATION, "acme", name="Acme")

    with pytest.raises(UsageError, match="belongs to acme"):
        demo.load(app)


def test_the_demo_starts_again_beside_an_organisation_of_the_visitor(app: Application) -> None:
    demo.load(app)
    organisations.create_organisation(app, INSTALLATION, "acme", name="Acme")

    assert demo.load(app) == 0


def test_a_maker_of_the_demo_reports_to_authorities_that_may_be_started_anew(
    app: Application,
) -> None:
    app = replace(app, settings=replace(app.settings, webhook_allowed_networks=(LOOPBACK,)))
    with AuthorityServer() as first:
        demo.load(app, authority=first)
    actor = organisations.system_actor(app, "test", organisation="asterion")
    lines = viewing.reports(app, actor, viewing.wanted())
    done = [line for line in lines if line.state is State.ACKNOWLEDGED]
    left = [line for line in lines if line.state is State.DUE]
    assert {line.form for line in done} >= {"us_ti_r13"}
    assert 0 < len(left) <= 2 * LEFT_DUE
    with AuthorityServer() as second:
        demo.load(app, authority=second)
        assert len(second.systems["partner"].known) > 0, "it knows what the first one took"
    hub = receivers.receiver(app, actor, "hub")
    assert hub.address.startswith(second.address)
    assert len(viewing.reports(app, actor, viewing.wanted())) == len(lines)
