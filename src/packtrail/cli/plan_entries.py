"""`packtrail plan entry`: what a programme consists of, written and read one by one or in bulk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import write_json, write_line, write_table
from packtrail.cli.plan import Programme, Reason, _day, plan

entry = typer.Typer(
    help="Entries: packages, links, dates, people, scope, goals, risks, decisions.",
    no_args_is_help=True,
)
plan.add_typer(entry, name="entry")

Kind = Annotated[
    str,
    typer.Argument(
        help="package, link, deadline, calendar, resource, meeting, register, scenario, market, "
        "need, product, site, line, partner, campaign, input, requirement, test, person, course, "
        "notice, briefing or session."
    ),
]


@entry.command("list")
def list_entries(
    organisation: options.Organisation, programme: Programme, kind: Kind, json: options.Json = False
) -> None:
    """List the entries of a kind."""
    from packtrail.services.plan import books

    with organisation.acting() as (app, actor):
        opened = books.opened(app, actor, programme)
    found = opened.book.of_kind(_known(kind))
    if json:
        write_json(list(found.values()))
        return
    rows = (
        (code, getattr(each, "title", "") or getattr(each, "name", ""),
         opened.marks[kind, code].revision, opened.marks[kind, code].changed_by)
        for code, each in found.items()
    )  # fmt: skip
    write_table(kind, ("Code", "Name", "Revision", "Changed by"), rows)


@entry.command("put")
def put_entries(
    organisation: options.Organisation,
    programme: Programme,
    kind: Kind,
    values: Annotated[
        list[str] | None,
        typer.Argument(help="name=value, such as code=URS duration_days=10; lists as JSON."),
    ] = None,
    file: Annotated[
        str | None, typer.Option("--file", help="JSON: an entry or a list of them; - is stdin.")
    ] = None,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Put entries into a programme; of one that is there, what is not named stays."""
    from packtrail.services.plan import books, codec
    from packtrail.services.plan.writing import Put, write

    sent = _sent(values or [], file)
    with organisation.acting() as (app, actor):
        known = books.opened(app, actor, programme).book.of_kind(_known(kind))
        entries = []
        for each in sent:
            old = known.get(str(each.get("code", "")))
            plain = codec.plain(old) if old is not None else {}
            entries.append(codec.read(kind, plain | each, from_texts=file is None))
        written = write(app, actor, programme, [Put(each) for each in entries], reason=reason)
    if json:
        write_json(written)
    else:
        write_line(f"{written.count} changed; version {written.version}.")


@entry.command("remove")
def remove_entries(
    organisation: options.Organisation,
    programme: Programme,
    kind: Kind,
    codes: Annotated[list[str], typer.Argument(help="Codes of the entries.")],
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Take entries out of a programme; the history keeps them."""
    from packtrail.services.plan.writing import Remove, write

    removals = [Remove(_known(kind), code) for code in codes]
    with organisation.acting() as (app, actor):
        written = write(app, actor, programme, removals, reason=reason)
    if json:
        write_json(written)
    else:
        write_line(f"{written.count} changed; version {written.version}.")


@plan.command("progress")
def report_progress(
    organisation: options.Organisation,
    programme: Programme,
    package: Annotated[str, typer.Argument(help="Code of the work package.")],
    started: Annotated[str | None, typer.Option("--started", metavar="DAY")] = None,
    finished: Annotated[str | None, typer.Option("--finished", metavar="DAY")] = None,
    done: Annotated[int, typer.Option("--done", min=0, max=100, help="Percent done.")] = 0,
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Report how far a work package is."""
    from packtrail.services.plan import progress

    told = progress.Progress(
        started_on=_day(started, "--started"),
        finished_on=_day(finished, "--finished"),
        done_percent=done,
    )
    with organisation.acting() as (app, actor):
        written = progress.report_progress(app, actor, programme, package, told, reason=reason)
    if json:
        write_json(written)
    else:
        write_line(f"{package}: reported.")


@plan.command("link")
def add_links(
    organisation: options.Organisation,
    programme: Programme,
    package: Annotated[str, typer.Argument(help="Code of the package that waits.")],
    links: Annotated[str, typer.Argument(help="What it waits for: URS; L1-SPEC SS+5d.")],
    reason: Reason = "",
    json: options.Json = False,
) -> None:
    """Let a work package wait for others."""
    from packtrail.base.errors import RefusedError
    from packtrail.planning.notation import parse_links
    from packtrail.services.plan.writing import Put, write

    found, wrong = parse_links(links, successor=package)
    if wrong:
        raise RefusedError(*wrong)
    with organisation.acting() as (app, actor):
        written = write(app, actor, programme, [Put(each) for each in found], reason=reason)
    if json:
        write_json(written)
    else:
        write_line(f"{written.count} changed; version {written.version}.")


@plan.command("archive")
def archive(
    organisation: options.Organisation,
    programme: Programme,
    back: Annotated[bool, typer.Option("--back", help="Take it out of the archive.")] = False,
    json: options.Json = False,
) -> None:
    """Archive a programme: it can be read, not changed."""
    from packtrail.services.plan import programmes

    with organisation.acting() as (app, actor):
        made = programmes.change_programme(app, actor, programme, is_archived=not back)
    if json:
        write_json(made)
    else:
        write_line(f"{made.code} is {'archived' if made.archived_at else 'in use'}.")


def _known(kind: str) -> str:
    from packtrail.planning.book import KINDS

    if kind not in KINDS:
        raise UsageError(f"There is no kind {kind!r}: expected {', '.join(KINDS)}.")
    return kind


def _sent(values: list[str], file: str | None) -> list[dict[str, Any]]:
    if bool(values) == bool(file):
        raise UsageError("Give either name=value or --file.")
    if file is None:
        return [dict(_pair(each) for each in values)]
    content = sys.stdin.buffer.read() if file == "-" else _content(Path(file))
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise UsageError(f"{file} is no JSON: {error}.") from None
    listed = found if isinstance(found, list) else [found]
    if not all(isinstance(each, dict) for each in listed):
        raise UsageError(f"{file} is no entry and no list of entries.")
    return listed


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    return path.read_bytes()


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} is no name=value.")
    if not value.startswith(("[", "{")):
        return name, value
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError as error:
        raise UsageError(f"{text!r} is no JSON: {error}.") from None
