"""What inputs can be about: every object's page, by its address.

One table of addresses says of a page which object it shows, and of an object where its page is. So
every page of an object has the link that raises an input about it, and tells how many are open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from packtrail.access import Permission
from packtrail.services.plan import inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from packtrail.console.visit import Visit
    from packtrail.planning.inputs import Input

RAISE_PATH: Final = "/plan/about"
"""Goes on to the form of an input about something, in the programme it belongs to."""
_SUBJECT_LENGTH_MAX: Final = 1_000
_PART = re.compile(r"\{(\w+)(:\w+)?\}")


@dataclass(frozen=True)
class Subject:
    """A kind of object that has a page."""

    kind: str
    """As an input names it: `line:cork-1`."""
    word: str
    """As people call it."""
    path: str
    """Of its page; `{code}` is the object, `{code:path}` with slashes, `{programme}` its programme.
    The code may stand in the query: `?code={code}`."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the addresses of its pages, decoded; the code of a query comes after a `?`."""
        parts, last = [], 0
        for found in _PART.finditer(self.path):
            parts.append(re.escape(self.path[last : found.start()]))
            parts.append(f"(?P<{found[1]}>{'.+' if found[2] else '[^/?]+'})")
            last = found.end()
        return re.compile("".join((*parts, re.escape(self.path[last:]))))

    def path_of(self, code: str, programme: str = "") -> str:
        """Return the path of the page of an object."""
        parts = {"programme": programme, "code": code}
        return _PART.sub(lambda found: quote(parts[found[1]], safe=""), self.path)


def _entry(kind: str, word: str = "") -> Subject:
    """Return the kind of an entry of a programme, which has its form for a page."""
    path = f"/plan/{{programme}}/entry/{kind}?code={{code:path}}"
    return Subject(kind, word or kind, path)


SUBJECTS: Final = (
    Subject("package", "work package", "/plan/{programme}/package/{code:path}"),
    *map(_entry, ("deadline", "need", "requirement", "test", "course", "line", "site", "resource")),
    _entry("register", "entry of the register"),
    Subject("market", "market", "/comply/markets/{code}"),
    Subject("product", "product", "/comply/products/{code}"),
    Subject("partner", "partner", "/comply/portfolio/partner/{code:path}"),
    Subject("licence", "licence", "/comply/portfolio/licence/{code:path}"),
    *(_entry(each) for each in ("market", "product", "partner", "campaign")),
    Subject("product", "product", "/comply/portfolio/product/{code:path}"),
    Subject("rules", "rule change", "/comply/changes/{code}"),
    Subject("obligation", "obligation", "/comply/obligations/{code:path}"),
    Subject("trade_item", "trade item", "/products/{code}"),
    Subject("lot", "lot", "/lots/{code:path}"),
    Subject("object", "pack or container", "/trace/{code:path}"),
    Subject("document", "document", "/documents/{code:path}"),
    Subject("place", "place", "/goods/places/{code:path}"),
    Subject("shipment", "shipment", "/goods/shipments/{code:path}"),
    Subject("order", "work order", "/lines/orders/{code}"),
    Subject("recall", "recall", "/recalls/{code}"),
    Subject("case", "case", "/alerts/cases/{code}"),
    Subject("alert", "alert", "/alerts/{code}"),
    Subject("receiver", "receiver of reports", "/reports/receivers/{code}"),
    Subject("form", "form of a report", "/reports/forms/{code}"),
    Subject("report", "report", "/reports/{code}"),
    Subject("system", "system", "/technology/entry/system/{code:path}"),
    Subject("pool", "pool of serial numbers", "/serials/pools/{code:path}"),
    Subject("figure", "figure of the capacity plan", "/capacity/figures/{code}"),
    Subject("scenario", "capacity scenario", "/capacity/scenarios/{code}"),
    Subject("capture", "capture", "/captures/{code}"),
    Subject("event", "event", "/events/{code:path}"),
)
"""Of one kind the first has the page to which an input about it leads."""
_NO_OBJECTS: Final = frozenset({
    "/alerts/rules", "/alerts/cases", "/reports/new", "/reports/preflight", "/reports/receivers",
    "/reports/facts", "/reports/forms", "/lines/orders/new",
})  # fmt: skip
"""Pages whose addresses look like those of objects."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An object that a page shows, and what was said about it."""

    word: str
    open: int
    """Inputs about it that wait for an answer."""
    total: int
    path: str
    """Where they are listed, and another is raised."""
    may_raise: bool


class Said:
    """What was said about objects, for one page: read once, when it is first asked for."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    def here(self) -> Seen | None:
        """Return the object that the page shows; None: it shows none."""
        visit = self._visit
        found = subject_at(visit.request.url.path, visit.query("code"))
        return self.of(*found) if found else None

    def of(self, kind: str, code: str, programme: str = "") -> Seen | None:
        """Return what was said about an object; None: whoever asks may not see it.

        Args:
            kind: Of `SUBJECTS`.
            code: Of the object.
            programme: Of what is part of one; empty: the object is of no programme alone.
        """
        actor = self._visit.actor
        if actor is None or not actor.may(Permission.PLAN_READ):
            return None
        about = f"{kind}:{code}"
        told = [each for of, each in self._about(about) if programme in {"", of}]
        asked = {"about": about} | ({"programme": programme} if programme else {})
        return Seen(
            word=word_of(kind),
            open=sum(each.is_open for each in told),
            total=len(told),
            path=f"{RAISE_PATH}?{urlencode(asked)}",
            may_raise=actor.may(Permission.PLAN_RAISE),
        )

    @cached_property
    def _about(self) -> Callable[[str], list[tuple[str, Input]]]:
        return inputs.said_about(self._visit.app, self._visit.who)


def subject_at(path: str, code: str = "") -> tuple[str, str, str] | None:
    """Return kind, code and programme of the object whose page an address is.

    Args:
        path: Decoded.
        code: That of the query, where there is one.
    """
    if path in _NO_OBJECTS:
        return None
    for each in SUBJECTS:
        whole = f"{path}?code={code}" if "?" in each.path else path
        found = each.pattern.fullmatch(whole)
        if found and len(found["code"]) <= _SUBJECT_LENGTH_MAX:
            parts = found.groupdict()
            # A line or a market of a scope is there for every programme.
            is_shared = _FIRST[each.kind].path != each.path or each.kind in _SHARED
            return each.kind, parts["code"], "" if is_shared else parts.get("programme", "")
    return None


def word_of(kind: str) -> str:
    """Return what people call a kind of object; a kind that is none is told as it is."""
    return _FIRST[kind].word if kind in _FIRST else kind


def told(about: str, programme: str) -> tuple[str, str]:
    """Return what an input is about, as a text and the address of its page; empty: it has none.

    Args:
        about: As the input names it.
        programme: Of the input.
    """
    kind, _, code = about.partition(":")
    subject = _FIRST.get(kind)
    if subject is None or not code:
        return about, ""
    return f"{subject.word} {code}", subject.path_of(code, programme)


_SHARED: Final = frozenset({"line", "site"})
"""Kinds that the scopes of several programmes may name."""
_FIRST: Final = {each.kind: each for each in reversed(SUBJECTS)}
