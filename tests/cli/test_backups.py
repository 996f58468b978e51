"""Backup, drill and restore from the command line, as an ordinary user."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

from ..store.test_embedded import as_user, python_of


def run(folder: Path, user: str | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = as_user(user) if user else {"env": {**os.environ}}
    options["env"] |= {"PACKTRAIL_DATA": str(folder / "data"), "NO_COLOR": "1"}  # type: ignore[operator]
    options["env"].pop("PACKTRAIL_DATABASE_URL", None)  # type: ignore[attr-defined]
    python = python_of(user) if user else sys.executable
    return subprocess.run(
        [python, "-m", "packtrail", *arguments],
        capture_output=True,
        text=True,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_an_ordinary_user_makes_drills_and_restores_a_backup(reachable_dir: Path) -> None:
    user = "daemon" if os.geteuid() == 0 else None  # The services' tests do so as root.
    if user:
        shutil.chown(reachable_dir, *pwd.getpwnam(user)[2:4])
    folder = reachable_dir
    assert run(folder, user, "organisations", "add", "acme", "--name", "Acme").returncode == 0

    made = answer(run(folder, user, "backup", str(folder / "backups"), "--json"))
    drilled = answer(run(folder, user, "restore", str(folder / "backups"), "--check", "--json"))
    known = answer(run(folder, user, "backups", "--json"))
    over = run(folder, user, "restore", str(folder / "backups"))
    restored = run(folder, user, "restore", str(made["path"]), "--data", str(folder / "new"))
    users = run(folder, user, "users", "list", "-o", "acme", "--data", str(folder / "new"))

    assert made["kind"] == "base"
    assert drilled["findings"] == []
    assert known["is_proven"]
    assert [each["path"] for each in known["backups"]] == [made["path"]]  # type: ignore[attr-defined]
    assert over.returncode == 1
    assert "STO-053" in over.stderr
    assert "what is there is what was backed up" in restored.stdout
    assert users.returncode == 0


def test_what_is_no_backup_is_told_plainly(tmp_path: Path) -> None:
    done = run(tmp_path, None, "restore", str(tmp_path))

    assert done.returncode == 1
    assert f"{tmp_path} holds no backup" in done.stderr
