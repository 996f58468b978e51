"""Answers: what a receiver says of a report, read from its own notation and mapped back to packs.

Each reader takes the bytes of an answer and the objects of the files that were sent; it gives an
outcome and reasons, each with the object, row or element that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec

from packtrail.reporting import branches
from packtrail.reporting.kinds import KINDS
from packtrail.reporting.words import Carrier

if TYPE_CHECKING:
    from packtrail.reporting.branches import Branch
    from packtrail.reporting.checking import Sighting
    from packtrail.reporting.material import ItemKey

REASONS_MAX: Final = 10_000
_TEXT_MAX: Final = 500


class Outcome(StrEnum):
    """What became of a report."""

    TAKEN = "taken"
    PARTLY = "partly"
    REJECTED = "rejected"
    WAITING = "waiting"
    """The receiver is still at it; ask again."""
    UNREADABLE = "unreadable"
    """The answer is none that is known of this receiver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that the receiver did not like."""

    code: str
    """As the receiver writes it."""
    text: str
    at: str = ""
    """Where, as the receiver writes it: `row 12`."""
    key: ItemKey | None = None
    """The object that it is about, where that can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a receiver says."""

    outcome: Outcome
    reference: str = ""
    """The receiver's own number for the report, to ask with."""
    reasons: tuple[Reason, ...] = field(default=())


Reader = Callable[[bytes, int, Sequence["Sighting"]], Answer]
"""Takes the bytes of an answer, its HTTP status (200 for a file), and what was sent."""


def read_answer(name: str, content: bytes, status: int, sent: Sequence[Sighting]) -> Answer:
    """Read an answer.

    Args:
        name: A name of `READERS`.
        content: The answer.
        status: HTTP status; 200 where it came as a file.
        sent: The objects of the report.
    """
    try:
        answer = READERS[name](content, status, sent)
    except (branches.Unreadable, msgspec.DecodeError, UnicodeDecodeError, _NotKnown):
        if 400 <= status < 500:
            return _refused(content, status)
        return Answer(outcome=Outcome.UNREADABLE)
    return answer


class _NotKnown(Exception):
    """The answer can be read and is none of this receiver's."""


def _refused(content: bytes, status: int) -> Answer:
    """Return a rejection of which only the HTTP status is understood."""
    text = content[:_TEXT_MAX].decode("utf-8", errors="replace").strip()
    reason = Reason(code=f"HTTP {status}", text=text or "The receiver says no more.")
    return Answer(outcome=Outcome.REJECTED, reasons=(reason,))


def _outcome(reasons: Sequence[Reason], total: int) -> Outcome:
    """Return what reasons about single objects come to."""
    if not reasons:
        return Outcome.TAKEN
    keys = {each.key for each in reasons if each.key}
    return Outcome.PARTLY if 0 < len(keys) < total else Outcome.REJECTED


# --- HTTP, and nothing more -----------------------------------------------------------------------


def _http(content: bytes, status: int, sent: Sequence[Sighting]) -> Answer:  # noqa: ARG001
    return Answer(outcome=Outcome.TAKEN) if status < 300 else _refused(content, status)


def _nothing(content: bytes, status: int, sent: Sequence[Sighting]) -> Answer:  # noqa: ARG001
    raise _NotKnown


# --- MDLP: document 200 ---------------------------------------------------------------------------

_MDLP_OUTCOMES: Final = {
    "Accepted": Outcome.TAKEN,
    "Partial": Outcome.PARTLY,
    "Rejected": Outcome.REJECTED,
}


def _mdlp_result(content: bytes, status: int, sent: Sequence[Sighting]) -> Answer:
    """Read the ticket of MDLP; before it is there MDLP gives a number as JSON."""
    if content.lstrip()[:1] == b"{":
        table = _table(content)
        if status < 300 and "document_id" in table:
            return Answer(outcome=Outcome.WAITING, reference=str(table["document_id"]))
        raise _NotKnown
    root = branches.parse(Carrier.XML, content)
    result = _descendant(root, "result")
    outcome = _MDLP_OUTCOMES.get(result.cell("operation_result"))
    if outcome is None:
        raise _NotKnown
    reasons = tuple(
        Reason(
            code=error.cell("error_code"),
            text=error.cell("error_desc"),
            at=error.cell("object_id"),
            key=_key_of(error.cell("object_id"), sent),
        )
        for error in result.parts
        if error.name == "errors"
    )
    return Answer(
        outcome=outcome, reference=result.cell("operation_id"), reasons=reasons[:REASONS_MAX]
    )


def _key_of(text: str, sent: Iterable[Sighting]) -> ItemKey | None:
    """Return the object that a number names, if it was sent."""
    keys = {each.key for each in sent}
    for kind in ("sgtin27", "sscc", "code"):
        identifies = KINDS[kind].identifies
        key = identifies(text) if identifies else None
        if key in keys:
            return key
    return None


# --- a portal that takes CSV ----------------------------------------------------------------------

_PORTAL_OUTCOMES: Final = {
    "accepted": Outcome.TAKEN,
    "rejected": Outcome.REJECTED,
    "processing": Outcome.WAITING,
}
_ROW: Final = re.compile(r"row (\d+)\b")


def _csv_portal(content: bytes, status: int, sent: Sequence[Sighting]) -> Answer:  # noqa: ARG001
    """Read what a portal says of an upload: one wrong row rejects all."""
    table = _table(content)
    outcome = _PORTAL_OUTCOMES.get(str(table.get("status", "")).lower())
    if outcome is None:
        raise _NotKnown
    rows = _by_row(sent)
    reasons = tuple(
        Reason(
            code=str(error.get("code", "")),
            text=str(error.get("message", "")),
            at=_portal_place(error),
            key=rows.get(str(error.get("row", ""))),
        )
        for error in _tables(table.get("errors"))
    )
    reference = str(table.get("uploadId", ""))
    return Answer(outcome=outcome, reference=reference, reasons=reasons[:REASONS_MAX])


def _by_row(sent: Iterable[Sighting]) -> dict[str, ItemKey]:
    return {match[1]: each.key for each in sent if (match := _ROW.match(each.at))}


def _portal_place(error: Mapping[str, Any]) -> str:
    row, column = error.get("row"), error.get("column")
    return ", ".join(
        text for text in (f"row {row}" if row else "", f"column {column}" if column else "") if text
    )


# --- ITS and RSD: a code for every pack -----------------------------------------------------------

_ITS_GOOD: Final = "00000"


def _its(content: bytes, status: int, sent: Sequence[Sighting]) -> Answer:  # noqa: ARG001
    """Read the answer of ITS: a code for every pack, or one fault for all."""
    table = _table(content)
    if fault := table.get("fc"):
        reason = Reason(code=str(fault), text=str(table.get("fm", "")))
        return Answer(outcome=Outcome.REJECTED, reasons=(reason,))
    lines = _tables(table.get("productList") or table.get("snlist"))
    if "notificationId" not in table and not lines:
        raise _NotKnown
    reasons = tuple(
        Reason(
            code=str(line["uc"]),
            text=f"ITS answers with the code {line['uc']}.",
            at=f"{line.get('gtin', '')} {line.get('sn', '')}".strip(),
            key=(f"sgtin/{line['gtin']}", str(line["sn"])) if {"gtin", "sn"} <= {*line} else None,
        )
        for line in lines
        if "uc" in line and str(line["uc"]) != _ITS_GOOD
    )
    return Answer(
        outcome=_outcome(reasons, len(lines)),
        reference=str(table.get("notificationId", "")),
        reasons=reasons[:REASONS_MAX],
    )


_RSD_GOOD: Final = "00000"


def _rsd(content: bytes, status: int, sent: Sequence[Sighting]) -> Answer:  # noqa: ARG001
    """Read the answer of RSD: SOAP with a code for every pack, or a fault."""
    root = branches.parse(Carrier.XML, content)
    for each in root.walk():
        if each.name.endswith("Fault"):
            text = next((one.text or "" for one in each.walk() if one.name.endswith("FM")), "")
            code = next((one.text or "" for one in each.walk() if one.name.endswith("FC")), "")
            said = text or next((one.text or "" for one in each.parts if one.text), "")
            reason = Reason(code=code or "Fault", text=said)
            return Answer(outcome=Outcome.REJECTED, reasons=(reason,))
    reference = next((one.text or "" for one in root.walk() if one.name == "NOTIFICATIONID"), "")
    products = [one for one in root.walk() if one.name == "PRODUCT"]
    if not reference and not products:
        raise _NotKnown
    reasons = tuple(
        Reason(
            code=one.cell("RC"),
            text=f"RSD answers with the code {one.cell('RC')}.",
            at=f"{one.cell('GTIN')} {one.cell('SN')}",
            key=(f"sgtin/{one.cell('GTIN')}", one.cell("SN")),
        )
        for one in products
        if one.cell("RC") and one.cell("RC") != _RSD_GOOD
    )
    return Answer(
        outcome=_outcome(reasons, len(products)),
        reference=reference,
        reasons=reasons[:REASONS_MAX],
    )


# --- EU Hub ---------------------------------------------------------------------------------------

_HUB_OUTCOMES: Final = {
    "ACCEPTED": Outcome.TAKEN,
    "PARTLY": Outcome.PARTLY,
    "REJECTED": Outcome.REJECTED,
    "PROCESSING": Outcome.WAITING,
}


def _eu_hub(content: bytes, status: int, sent: Sequence[Sighting]) -> Answer:  # noqa: ARG001
    """Read the callback of the hub, in a form of our own; EMVO's is not public."""
    root = branches.parse(Carrier.XML, content)
    answer = _descendant(root, "answer")
    outcome = _HUB_OUTCOMES.get(answer.cell("@status"))
    if outcome is None:
        raise _NotKnown
    keys = {each.key for each in sent}
    reasons = []
    for error in answer.parts:
        if error.name == "error":
            key = (f"sgtin/{error.cell('@gtin')}", error.cell("@serial"))
            reasons.append(
                Reason(
                    code=error.cell("@code"),
                    text=error.text or error.cell(""),
                    at=error.cell("@serial"),
                    key=key if key in keys else None,
                )
            )
    return Answer(
        outcome=outcome,
        reference=answer.cell("@reference"),
        reasons=tuple(reasons[:REASONS_MAX]),
    )


# --- reading --------------------------------------------------------------------------------------


def _table(content: bytes) -> dict[str, Any]:
    value = msgspec.json.decode(content)
    if not isinstance(value, dict):
        raise _NotKnown
    return value


def _tables(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _descendant(root: Branch, name: str) -> Branch:
    for each in root.walk():
        if each.name.rpartition("}")[2] == name:
            return each
    raise _NotKnown


READERS: Final[Mapping[str, Reader]] = {
    "none": _nothing,
    "http": _http,
    "mdlp_result": _mdlp_result,
    "csv_portal": _csv_portal,
    "its": _its,
    "rsd": _rsd,
    "eu_hub": _eu_hub,
}
"""How a receiver answers -> what reads it."""
