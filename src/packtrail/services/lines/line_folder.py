"""The drop folder: line systems write files into it, and find there what became of them.

Each organisation has a folder of its own below the one of the setting `PACKTRAIL_LINES_DIR`. A file
is named after its order, `WO-4711__anything.csv`; where several owners have such an order, after
the owner, too: `owner@WO-4711__anything.csv`. It ends up in `taken` or `refused`, with a receipt
beside it. Taken twice, it changes nothing: its content is its name.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import RefusedError, UsageError
from packtrail.production import codes
from packtrail.production.documents import read_report
from packtrail.services.accounts import organisations
from packtrail.services.lines import line_reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.services.application import Application
    from packtrail.services.lines.line_reports import Receipt

TAKEN: Final = "taken"
REFUSED: Final = "refused"
RECEIPT: Final = ".receipt.json"
FILES_MAX: Final = 500
"""Most files of one run: other chores want their turn."""
SETTLED: Final = timedelta(seconds=2)
"""A file that changed less than this ago may still be written."""
_UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart")
_NAME: Final = re.compile(r"(?:(?P<owner>[a-z0-9._-]+)@)?(?P<order>[A-Za-z0-9._-]+?)__.+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A file, and what became of it."""

    name: str
    receipt: Receipt | None
    """None: it was refused as a whole."""
    refused: RefusedError | None = None


def take_all(app: Application) -> int:
    """Take what lies in the folders of all organisations; return how many files there were."""
    if not app.settings.lines_dir:
        return 0
    root = Path(app.settings.lines_dir)
    count = 0
    for each in organisations.all_organisations(app, Actor.system("line folder")):
        folder = root / each.code
        if folder.is_dir():
            actor = organisations.system_actor(app, "line folder", organisation=each.code)
            count += len(take(app, actor, folder))
    return count


def take(app: Application, actor: Actor, folder: Path) -> list[Dropped]:
    """Take the files of one folder, in the order of their names.

    Args:
        app: The application.
        actor: For whom they are reported.
        folder: Where they lie.

    Raises:
        UsageError: The folder cannot be read or written.
        Unavailable: The database did not answer; what was not taken still lies there.
        NotPermitted: The actor may not report.
    """
    require(actor, Permission.REPORT_CREATE)
    try:
        for part in (TAKEN, REFUSED):
            (folder / part).mkdir(exist_ok=True)
        waiting = list(islice(_ready(folder, app.clock()), FILES_MAX))
        return [_take(app, actor, path) for path in waiting]
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be used: {error.strerror}.") from error


def _ready(folder: Path, now: datetime) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        is_hidden = entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED)
        if is_hidden or not entry.is_file(follow_symlinks=False):
            continue
        age = now.timestamp() - entry.stat(follow_symlinks=False).st_mtime
        if not 0 <= age < SETTLED.total_seconds():
            yield Path(entry.path)


def _take(app: Application, actor: Actor, path: Path) -> Dropped:
    """Take one file; the receipt is there before the file moves, so that none lies without one."""
    try:
        receipt = _reported(app, actor, path)
    except RefusedError as refused:
        told = {"file": path.name, "is_taken": False, "findings": refused.findings}
        _put_away(path, REFUSED, told)
        return Dropped(name=path.name, receipt=None, refused=refused)
    _put_away(path, TAKEN, {"file": path.name, "is_taken": True, "receipt": receipt})
    return Dropped(name=path.name, receipt=receipt)


def _reported(app: Application, actor: Actor, path: Path) -> Receipt:
    named = _NAME.fullmatch(path.name)
    if named is None:
        message = f"{path.name[:80]!r} does not begin with an order and two low lines: WO-1__a.csv."
        raise RefusedError(codes.BAD_REPORT.found(message, at="file"))
    limit = app.settings.capture_whole_bytes_max
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        message = f"The file has more than {limit:,} bytes."
        raise RefusedError(codes.BAD_REPORT.found(message, at="file"))
    report = read_report(content)
    name = report.report_id or hashlib.sha256(content).hexdigest()
    order = "/".join(filter(None, (named["owner"], named["order"])))
    sent = line_reports.Sent(content=content, source="folder", request_id=name)
    return line_reports.take(app, actor, order, report, sent)


def _put_away(path: Path, part: str, told: dict[str, Any]) -> None:
    target = path.parent / part / path.name
    number = 1
    while target.exists():
        number += 1
        target = path.parent / part / f"{path.stem}.{number}{path.suffix}"
    content = msgspec.json.format(msgspec.json.encode(told), indent=2)
    receipt = target.with_name(target.name + RECEIPT)
    partial = receipt.with_name(f".{receipt.name}")
    partial.write_bytes(content + b"\n")
    partial.replace(receipt)
    path.replace(target)
