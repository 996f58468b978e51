"""Operations and backups over REST."""

from __future__ import annotations

from packtrail.access import Action, Actor, Permission
from packtrail.services import auditing

from .conftest import Rest, client_of

MADE = {"kind": "base", "bytes": 5_000_000, "manifest_sha256": "ab" * 32}


def test_backups_are_told_with_what_to_do_next(rest: Rest) -> None:
    with rest.world.app.database.transaction() as conn:
        actor, at = Actor.system("command line"), rest.world.app.clock()
        auditing.write(conn, actor, Action.BACKUP_CREATED, "/b/aa", at=at, detail=MADE)
    found = rest.maker.get("/api/v1/backups").json()
    last = rest.maker.get("/api/v1/operations").json()["last_backup"]

    assert found["last"] == found["backups"][0] == last
    assert (last["path"], last["drill"], last["seconds"]) == ("/b/aa", None, None)
    assert [each["code"] for each in found["findings"]] == ["STO-093"]
    assert [each["is_due"] for each in found["steps"]] == [True, False, False]
    assert found["steps"][0]["command"].startswith("packtrail restore --check /b/aa")


def test_a_key_without_the_permission_sees_no_backups(rest: Rest) -> None:
    narrow = client_of(rest.world, rest.world.maker, Permission.EVENT_READ)

    assert narrow.get("/api/v1/backups").status_code == 403
    assert rest.anyone.get("/api/v1/backups").status_code == 401
