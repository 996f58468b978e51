"""The entries of programmes: the same routes for every kind of them, and many changes at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from packtrail.api.requests import App, Caller
from packtrail.base.errors import NotFound, RefusedError
from packtrail.planning import codes
from packtrail.planning.book import KINDS, Kind
from packtrail.services.plan import books, codec
from packtrail.services.plan.progress import Progress, report_progress
from packtrail.services.plan.writing import Put, Remove, Written, write

router = APIRouter(prefix="/api/v1/plans", tags=["Plans"])
Revision = Annotated[
    str | None, Header(description="Revision that the change was made from, as ETag gave it.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPut:
    """An entry to be put in."""

    kind: str
    entry: dict[str, Any]
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRemoval:
    """An entry to be taken out."""

    kind: str
    code: str
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Any number of changes, all made or none."""

    puts: list[EntryPut] = field(default_factory=list)
    removes: list[EntryRemoval] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An entry and how it stands."""

    code: str
    revision: int
    changed_by: str
    entry: Any


@router.post("/{programme}/changes", summary="Change many entries", response_model=Written)
def change_many(programme: str, body: Bulk, app: App, actor: Caller) -> Any:
    """Put in and take out any number of entries: all of them, or none."""
    strange = sorted({*(e.kind for e in body.puts), *(e.kind for e in body.removes)} - KINDS.keys())
    if strange:
        message = f"There is no kind {strange[0][:40]!r}; there are {', '.join(KINDS)}."
        raise RefusedError(codes.BAD_VALUE.found(message, at="kind"))
    changes: list[Put | Remove] = [
        *(Put(codec.read(each.kind, each.entry), each.revision) for each in body.puts),
        *(Remove(each.kind, each.code, each.revision) for each in body.removes),
    ]
    return write(app, actor, programme, changes, reason=body.reason)


@router.post(
    "/{programme}/packages/{code:path}/progress", summary="Report progress", response_model=Written
)
def progress(programme: str, code: str, body: Progress, app: App, actor: Caller) -> Any:
    """Take down how far a work package is."""
    return report_progress(app, actor, programme, code, body)


def _add_entries(kind: Kind) -> None:
    """Add the routes of one kind of entry; they are the same for all kinds."""
    path, named = f"/{{programme}}/{kind.member}", f"/{{programme}}/{kind.member}/{{code:path}}"

    def listed(programme: str, app: App, actor: Caller) -> Any:
        opened = books.opened(app, actor, programme)
        return [_kept(opened, kind, code) for code in opened.book.of_kind(kind.name)]

    def one(programme: str, code: str, response: Response, app: App, actor: Caller) -> Any:
        opened = books.opened(app, actor, programme)
        if code not in opened.book.of_kind(kind.name):
            message = f"There is no {kind.name} {code[:80]!r}."
            raise NotFound(codes.NO_ENTRY.found(message, at="code"))
        kept = _kept(opened, kind, code)
        response.headers["ETag"] = f'"{kept.revision}"'
        return kept

    def put(
        programme: str,
        code: str,
        body: Any,
        app: App,
        actor: Caller,
        if_match: Revision = None,
        if_none_match: Revision = None,
        reason: str = "",
    ) -> Any:
        if kind.code_of(body) != code:
            message = f"The address names {code[:80]!r}, the body {kind.code_of(body)[:80]!r}."
            raise RefusedError(codes.BAD_VALUE.found(message, at="code"))
        revision = 0 if if_none_match == "*" else _revision(if_match)
        return write(app, actor, programme, [Put(body, revision)], reason=reason)

    def remove(
        programme: str,
        code: str,
        app: App,
        actor: Caller,
        if_match: Revision = None,
        reason: str = "",
    ) -> Any:
        removal = Remove(kind.name, code, _revision(if_match))
        return write(app, actor, programme, [removal], reason=reason)

    put.__annotations__["body"] = kind.type
    for function, method, where, summary, model in (
        (listed, "GET", path, f"Entries: {kind.member}", list[Kept]),
        (one, "GET", named, f"One {kind.name}", Kept),
        (put, "PUT", named, f"Put a {kind.name}", Written),
        (remove, "DELETE", named, f"Take out a {kind.name}", Written),
    ):
        router.add_api_route(
            where,
            function,
            methods=[method],
            summary=summary,
            response_model=model,
            operation_id=f"{method.lower()}_{kind.member}_{'one' if where is named else 'all'}",
            dependencies=[Depends(_without_strangers(kind))] if function is put else [],
        )


def _without_strangers(kind: Kind) -> Callable[[Request], Awaitable[None]]:
    """Return a dependency that refuses members which an entry of a kind does not have."""
    known = {each.name for each in fields(kind.type)}

    async def check(request: Request) -> None:
        try:
            sent = await request.json()
        except ValueError:
            return  # What is no JSON is refused when the body is read.
        strange = sorted(sent.keys() - known) if isinstance(sent, dict) else []
        if strange:
            name, expected = strange[0][:60], ", ".join(sorted(known))
            message = f"A {kind.name} has no {name!r}; it has {expected}."
            raise RefusedError(codes.BAD_VALUE.found(message, at=name))

    return check


def _kept(opened: books.Opened, kind: Kind, code: str) -> Kept:
    mark = opened.marks[kind.name, code]
    return Kept(
        code=code,
        revision=mark.revision,
        changed_by=mark.changed_by,
        entry=codec.plain(opened.book.of_kind(kind.name)[code]),
    )


def _revision(text: str | None) -> int | None:
    if text is None or text == "*":
        return None
    number = text.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        message = f'If-Match is {text[:40]!r}; expected a revision such as "3".'
        raise RefusedError(codes.BAD_VALUE.found(message, at="If-Match"))
    return int(number)


for _kind in KINDS.values():
    _add_entries(_kind)
