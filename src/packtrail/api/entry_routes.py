"""Routes that every book of entries has: files, entries, one of them, changes, and their history.

Annotations of this module are values, not text: they name parameters that differ from book to book.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, WithJsonSchema

from packtrail.api.law_schemas import ChangedOut, EntryChangeOut, EntryOut
from packtrail.api.problems import UNREADABLE, Refusal
from packtrail.api.requests import JSON, App, Caller, bounded_body
from packtrail.api.responses import problems
from packtrail.api.schemas import Out
from packtrail.rendering.tables import XLSX_TYPE
from packtrail.services.books.entries import EntryBook, Put, Remove
from packtrail.services.books.files import BookFiles

READING = problems(404, 422)
CHANGING = problems(404, 409, 413, 422)
Reason = Annotated[str, Query(max_length=2000, description="Why; kept in the history.")]
Revision = Annotated[
    str | None,
    Header(alias="If-Match", max_length=40, description="ETag of the entry that was changed."),
]
DryRun = Annotated[bool, Query(description="Say only what would become of it.")]
Limit = Annotated[int, Query(ge=1, le=5000)]
CSV = "text/csv"
TABLE_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"type": "array", "items": {"type": "object"}}},
            CSV: {"schema": {"type": "string"}},
            XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How a book is asked for over REST."""

    files: BookFiles[Any, Any, Any]
    received: type[Out]
    """What is answered of a file that was taken in."""
    kinds: Mapping[str, StrEnum]
    """Word of the path -> kind: `products`."""
    key: str
    """What the key of an entry is called: `code`."""
    keys: str
    """How keys look: `by its code`."""

    @property
    def book(self) -> EntryBook[Any, Any, Any]:
        """The book itself."""
        return self.files.book

    def kind(self, word: str) -> str:
        """Return a word that is one of the kinds.

        Raises:
            ValueError: It is none.
        """
        return _one_of(word, self.kinds)

    def table(self, word: str) -> str:
        """Return a word that is one of the tables.

        Raises:
            ValueError: It is none.
        """
        return _one_of(word, self.files.sheets)


def add_entry_routes(router: APIRouter, desk: Desk) -> None:
    """Give a router the routes of a book; what it has before them is matched first."""
    _add_files(router, desk)
    _add_reading(router, desk)
    _add_changing(router, desk)


def _add_files(router: APIRouter, desk: Desk) -> None:
    files, title = desk.files, desk.book.title
    one_of = AfterValidator(desk.table)
    enum = WithJsonSchema({"type": "string", "enum": list(files.sheets)})

    @router.post(
        "/imports", summary="Import", response_model=desk.received, responses=CHANGING,
        openapi_extra=TABLE_FILE,
    )  # fmt: skip
    async def import_file(
        request: Request,
        app: App,
        actor: Caller,
        what: Annotated[
            Annotated[str, one_of, enum] | None,
            Query(alias="as", description="What a single table is."),
        ] = None,
        reason: Reason = "",
        filename: Annotated[str, Query(max_length=200)] = "file",
        *,
        dry_run: DryRun = False,
    ) -> Any:
        """Take entries from CSV, JSON or a workbook: all of the file, or nothing of it."""
        content = await bounded_body(request, app.settings)
        return await run_in_threadpool(
            files.import_tables, app, actor, content, filename, what=what, reason=reason,
            is_trial=dry_run,
        )  # fmt: skip

    @router.get(
        "/workbook", summary="Export", responses=READING, response_class=Response,
        description=f"Return the whole {title} as a workbook that can be imported again.",
    )  # fmt: skip
    def workbook(app: App, actor: Caller) -> Response:
        return _attached(files.workbook(app, actor), files.workbook_name, XLSX_TYPE)

    @router.get(
        "/tables/{what}", summary="Export a table", responses=READING, response_class=Response,
        description=f"Return one table of the {title} as CSV.",
    )  # fmt: skip
    def table(what: Annotated[str, one_of, enum], app: App, actor: Caller) -> Response:
        return _attached(files.table(app, actor, what), f"{what}.csv", CSV)


def _add_reading(router: APIRouter, desk: Desk) -> None:
    book, kinds = desk.book, desk.kinds
    words, one_of = {"enum": list(kinds)}, AfterValidator(desk.kind)

    @router.get(
        "/history", summary="History", response_model=list[EntryChangeOut], responses=READING
    )
    def history(
        request: Request,
        response: Response,
        app: App,
        actor: Caller,
        kind: Annotated[Annotated[str, one_of] | None, Query(json_schema_extra=words)] = None,
        key: Annotated[str | None, Query(alias=desk.key, max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        cursor: Annotated[str | None, Query(max_length=60)] = None,
    ) -> Any:
        """Return who changed what, when and why, the newest first."""
        found = book.history(
            app, actor, kind=None if kind is None else kinds[kind], key=key, limit=limit,
            before=cursor_of(cursor),
        )  # fmt: skip
        if len(found) == limit:
            link_next(request, response, cursor=f"{found[-1].version}.{found[-1].number}")
        return found

    @router.get("/{kind}", summary="Entries", response_model=list[EntryOut], responses=READING)
    def list_entries(
        kind: Annotated[str, Path(json_schema_extra=words), one_of],
        request: Request,
        response: Response,
        app: App,
        actor: Caller,
        limit: Limit = 500,
        cursor: Annotated[str, Query(max_length=300)] = "",
    ) -> Any:
        """Return the entries of a kind, in the order of their keys, a page at a time."""
        found = [each for each in book.entries(app, actor, kinds[kind]) if each.key > cursor]
        if len(found) > limit:
            link_next(request, response, cursor=found[limit - 1].key)
        return found[:limit]

    @router.get(
        f"/{{kind}}/{{{desk.key}:path}}", summary="An entry", response_model=EntryOut,
        responses=READING, description=f"Return one entry: {desk.keys}.",
    )  # fmt: skip
    def one_entry(
        kind: Annotated[str, Path(json_schema_extra=words), one_of],
        key: Annotated[str, Path(alias=desk.key)],
        app: App,
        actor: Caller,
        response: Response,
    ) -> Any:
        found = book.entry(app, actor, kinds[kind], key)
        response.headers["ETag"] = f'"{found.revision}"'
        return found


def _add_changing(router: APIRouter, desk: Desk) -> None:
    book, kinds = desk.book, desk.kinds
    words, one_of = {"enum": list(kinds)}, AfterValidator(desk.kind)

    @router.put("/{kind}", summary="Write an entry", response_model=ChangedOut, responses=CHANGING)
    def put_entry(
        kind: Annotated[str, Path(json_schema_extra=words), one_of],
        app: App,
        actor: Caller,
        body: Annotated[dict[str, Any], Body(description="The entry; identifiers are text.")],
        reason: Reason = "",
        revision: Revision = None,
        *,
        dry_run: DryRun = False,
    ) -> Any:
        """Write an entry: it is new, or takes the place of the one with its key.

        With `If-Match` only if nobody has changed it meanwhile; revision 0 is an entry that is new.
        """
        change: Put[Any] = Put(book.read(kinds[kind], body), revision_of(revision))
        return book.change(app, actor, [change], reason=reason, is_trial=dry_run)

    @router.delete(
        f"/{{kind}}/{{{desk.key}:path}}", summary="Take an entry out", response_model=ChangedOut,
        responses=CHANGING,
    )  # fmt: skip
    def remove_entry(
        kind: Annotated[str, Path(json_schema_extra=words), one_of],
        key: Annotated[str, Path(alias=desk.key)],
        app: App,
        actor: Caller,
        reason: Reason = "",
        revision: Revision = None,
    ) -> Any:
        """Take an entry out; its history stays."""
        change: Remove[Any] = Remove(kinds[kind], key, revision_of(revision))
        return book.change(app, actor, [change], reason=reason)


def _one_of(word: str, known: Mapping[str, Any]) -> str:
    if word not in known:
        raise ValueError(f"expected one of {', '.join(known)}")
    return word


def _attached(content: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def revision_of(text: str | None) -> int | None:
    """Return the revision of an ETag.

    Raises:
        Refusal: 422, it is none of ours.
    """
    if text is None:
        return None
    digits = text.strip().strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise Refusal(UNREADABLE, f'If-Match is {text[:40]!r}: expected an ETag such as "3".')
    return int(digits)


def cursor_of(text: str | None) -> tuple[int, int] | None:
    """Return the version and number of a cursor.

    Raises:
        Refusal: 422, it is none of ours.
    """
    if text is None:
        return None
    version, _, number = text.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (version, number)):
        raise Refusal(UNREADABLE, f"{text[:40]!r} is no cursor of ours.")
    return int(version), int(number)


def link_next(request: Request, response: Response, **more: str) -> None:
    """Say in a header where the next page is."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in more]
    params = urlencode([*kept, *more.items()])
    response.headers["Link"] = f'<{request.url.path}?{params}>; rel="next"'
