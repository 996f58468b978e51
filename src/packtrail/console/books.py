"""Pages that every book of entries has: an entry and its form, history, files.

A desk says how a room speaks of its book; the pages are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.routing import Route

from packtrail.base.errors import NotPermitted, RefusedError
from packtrail.console import templates
from packtrail.console.downloads import attachment
from packtrail.console.visit import page, redirect
from packtrail.rendering.tables import CSV_TYPE, XLSX_TYPE
from packtrail.services.books.entries import Put, Remove
from packtrail.services.books.files import BookFiles
from packtrail.services.books.sheets import Form

if TYPE_CHECKING:
    from starlette.responses import Response

    from packtrail.console.visit import Visit
    from packtrail.services.books.entries import EntryBook
    from packtrail.services.books.files import Receipt

HISTORY_SHOWN: Final = 500
_HISTORY_OF_ONE: Final = 20
_HINTS: Final = {
    Form.LIST: "Several with ; between",
    Form.PAIRS: "Scheme: number, several with ; between",
    Form.FACTS: "In the words of rule packs: - label: {carries: [01, 21]}",
}


def _nothing(_visit: Visit, _kind: StrEnum, _key: str | None) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How the pages of a room speak of a book."""

    files: BookFiles[Any, Any, Any]
    room: str
    """Template that its pages are drawn in."""
    home: str
    """Path under which history and files are."""
    entries: str
    """Path under which entries are."""
    listing: str
    """Path of the lists of entries."""
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Column -> the words that it takes."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """Column -> what to write there."""
    beside: Callable[[Visit, StrEnum, str | None], Mapping[str, Any]] = _nothing
    """What the page of an entry shows besides: `links` and a template `above`."""

    @property
    def book(self) -> EntryBook[Any, Any, Any]:
        """The book itself."""
        return self.files.book

    def routes(self) -> tuple[Route, ...]:
        """Return the routes; what a room has before them is matched first."""
        one = f"{self.entries}/{{kind}}"
        return (
            Route(f"{self.home}/history", page(self.history)),
            Route(f"{self.home}/import", page(self.import_form)),
            Route(f"{self.home}/import", page(self.import_file), methods=["POST"]),
            Route(f"{self.home}/files/{{name}}", page(self.export)),
            Route(one, page(self.new)),
            Route(one, page(self.write), methods=["POST"]),
            Route(f"{one}/remove", page(self.remove), methods=["POST"]),
            Route(f"{one}/{{key:path}}", page(self.entry)),
        )

    def kind(self, word: str) -> StrEnum:
        """Return the kind of a list: `products`.

        Raises:
            HTTPException: 404, there is no such list.
        """
        if word not in self.files.kinds:
            raise HTTPException(404)
        found: StrEnum = self.files.kinds[word]
        return found

    def entry(self, visit: Visit) -> Response:
        """Show one entry with its form and its history."""
        return self._entry(visit, self._kind(visit), visit.path("key"))

    def new(self, visit: Visit) -> Response:
        """Show the form of an entry that is not there yet."""
        return self._entry(visit, self._kind(visit), None)

    def write(self, visit: Visit) -> Response:
        """Write the entry of a form, then show it."""
        kind, key = self._kind(visit), visit.sent("key") or None
        sheet = self.files.of_kind[kind]
        sent = {each.name: visit.sent(each.name).strip() or None for each in sheet.columns}
        revision = visit.sent("revision")[:18]
        try:
            entry = self.book.read(kind, sheet.body(sent, kind.value), at=kind.value)
            known = int(revision) if revision.isascii() and revision.isdigit() else 0
            change: Put[Any] = Put(entry, known if key == entry.key else 0)
            self.book.change(visit.app, visit.who, [change], reason=visit.sent("reason"))
        except NotPermitted:
            raise
        except RefusedError as refusal:
            return self._entry(visit, kind, key, refusal=refusal, sent=sent)
        return redirect(f"{self.entries}/{kind.value}/{quote(entry.key)}")

    def remove(self, visit: Visit) -> Response:
        """Take an entry out, then show the others of its kind."""
        kind, key = self._kind(visit), visit.sent("key")
        change: Remove[Any] = Remove(kind, key)
        try:
            self.book.change(visit.app, visit.who, [change], reason=visit.sent("reason"))
        except NotPermitted:
            raise
        except RefusedError as refusal:
            return self._entry(visit, kind, key, refusal=refusal)
        return redirect(f"{self.listing}?show={self.files.of_kind[kind].word}")

    def history(self, visit: Visit) -> Response:
        """Show who changed what, when and why, the newest first."""
        version, _, number = visit.query("before").partition(".")
        is_place = version.isascii() and number.isascii() and version.isdigit() and number.isdigit()
        before = (int(version), int(number)) if is_place and len(version + number) < 18 else None
        found = self.book.history(visit.app, visit.who, limit=HISTORY_SHOWN + 1, before=before)
        return templates.render(
            visit,
            "book/history.html",
            desk=self,
            rows=found[:HISTORY_SHOWN],
            older=found[HISTORY_SHOWN - 1] if len(found) > HISTORY_SHOWN else None,
        )

    def import_form(self, visit: Visit) -> Response:
        """Show the form for a file."""
        return self._import(visit)

    def import_file(self, visit: Visit) -> Response:
        """Look at a file, or take it in."""
        file = visit.file()
        if file is None:
            return self._import(visit, message="Choose a file first.")
        try:
            receipt = self.files.import_tables(
                visit.app, visit.who, file.content, file.name, what=visit.sent("what") or None,
                reason=visit.sent("reason"), is_trial=visit.sent("do") != "import",
            )  # fmt: skip
        except NotPermitted:
            raise
        except RefusedError as refusal:
            return self._import(visit, refusal=refusal, filename=file.name)
        return self._import(visit, receipt=receipt, filename=file.name)

    def export(self, visit: Visit) -> Response:
        """Send the book as a workbook, or one table of it as CSV; or an empty workbook."""
        name = visit.path("name")
        word, _, ending = name.partition(".")
        if name == self.files.workbook_name:
            return attachment(self.files.workbook(visit.app, visit.who), name, XLSX_TYPE)
        if name == "template.xlsx":
            return attachment(self.files.template(), name, XLSX_TYPE)
        if ending != "csv" or word not in self.files.sheets:
            raise HTTPException(404)
        return attachment(self.files.table(visit.app, visit.who, word), name, CSV_TYPE)

    def _kind(self, visit: Visit) -> StrEnum:
        word = visit.path("kind")
        for kind in self.files.of_kind:
            if word == kind:
                found: StrEnum = kind
                return found
        raise HTTPException(404)

    def _entry(
        self,
        visit: Visit,
        kind: StrEnum,
        key: str | None,
        *,
        refusal: RefusedError | None = None,
        sent: Mapping[str, str | None] | None = None,
    ) -> Response:
        book = self.book
        view = book.entry(visit.app, visit.who, kind, key) if key else None
        past = book.history(visit.app, visit.who, kind=kind, key=key, limit=_HISTORY_OF_ONE)
        return templates.render(
            visit,
            "book/entry.html",
            status=422 if refusal else 200,
            desk=self,
            kind=kind.value,
            key=key,
            view=view,
            fields=self._fields(kind, sent or self._cells(kind, view.body if view else {})),
            findings=refusal.findings if refusal else (),
            reason=visit.sent("reason"),
            history=past if key else (),
            **{"links": (), "above": "", **self.beside(visit, kind, key)},
        )

    def _cells(self, kind: StrEnum, body: Mapping[str, Any]) -> dict[str, str | None]:
        """Return the cells of an entry as text."""
        sheet = self.files.of_kind[kind]
        cells = zip(sheet.columns, sheet.row(body), strict=True)
        return {column.name: None if cell is None else str(cell) for column, cell in cells}

    def _fields(self, kind: StrEnum, values: Mapping[str, str | None]) -> list[dict[str, Any]]:
        """Return the fields of the form of an entry."""
        return [
            {
                "name": each.name,
                "form": each.form.value,
                "is_required": each.is_required,
                "value": values[each.name] or "",
                "hint": self.hints.get(each.name) or _HINTS.get(each.form, ""),
                "choices": self.choices.get(
                    each.name, ("yes", "no") if each.form is Form.YES_NO else ()
                ),
            }
            for each in self.files.of_kind[kind].columns
        ]

    def _import(
        self,
        visit: Visit,
        *,
        receipt: Receipt | None = None,
        refusal: RefusedError | None = None,
        filename: str = "",
        message: str = "",
    ) -> Response:
        return templates.render(
            visit,
            "book/import.html",
            status=422 if refusal or message else 200,
            desk=self,
            receipt=receipt,
            findings=refusal.findings if refusal else receipt.findings if receipt else (),
            filename=filename,
            message=message,
            sent={name: visit.sent(name) for name in ("what", "reason")},
        )
