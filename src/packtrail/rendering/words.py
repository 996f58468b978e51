"""The word and the icon for each status, business step and role: one table each.

State is never colour alone, so each status has a word, an icon and a tone. A term that is not in a
table is shown as itself, with spaces for underscores: nothing is hidden because it is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.hierarchy.containment import Role
from packtrail.lifecycle.journey import Status

if TYPE_CHECKING:
    from packtrail.lifecycle.journey import Step


@dataclass(frozen=True, slots=True)
class Word:
    """How one term is shown."""

    text: str
    icon: str
    tone: str = "plain"
    """`good`, `moving`, `attention`, `bad`, `done` or `plain`: a colour beside word and icon."""


STATUSES: dict[Status, Word] = {
    Status.UNKNOWN: Word("Not commissioned here", "unknown"),
    Status.COMMISSIONED: Word("Commissioned", "commissioned", "good"),
    Status.PACKED: Word("Packed", "packed", "good"),
    Status.IN_TRANSIT: Word("In transit", "truck", "moving"),
    Status.RECEIVED: Word("Received", "receive", "good"),
    Status.ACTIVE: Word("Active", "active", "good"),
    Status.REACTIVATED: Word("Reactivated", "reactivated", "good"),
    Status.ON_HOLD: Word("On hold", "hold", "attention"),
    Status.LOCKED: Word("Locked", "locked", "attention"),
    Status.RECALLED: Word("Recalled", "recall", "bad"),
    Status.WITHDRAWN: Word("Withdrawn", "withdraw", "bad"),
    Status.EXPIRED: Word("Expired", "expired", "bad"),
    Status.RETURNED: Word("Returned", "return", "attention"),
    Status.SAMPLED: Word("Sampled", "sample", "done"),
    Status.FREE_SAMPLE: Word("Free sample", "free_sample", "done"),
    Status.EXPORTED: Word("Exported", "export", "done"),
    Status.CHECKED_OUT: Word("Checked out", "checked_out", "done"),
    Status.DISPENSED: Word("Dispensed", "dispense", "done"),
    Status.PARTIALLY_DISPENSED: Word("Partly dispensed", "partial", "attention"),
    Status.STOLEN: Word("Stolen", "stolen", "bad"),
    Status.LOST: Word("Lost", "lost", "bad"),
    Status.DAMAGED: Word("Damaged", "damaged", "bad"),
    Status.DESTROYED: Word("Destroyed", "destroy", "done"),
    Status.DECOMMISSIONED: Word("Decommissioned", "decommission", "done"),
    Status.TRANSFORMED: Word("Used up", "transform", "done"),
}

VERDICTS: dict[str, Word] = {
    "genuine_and_saleable": Word("Genuine and saleable", "active", "good"),
    "genuine_not_saleable": Word("Genuine, not saleable", "hold", "attention"),
    "unknown": Word("Unknown", "unknown", "attention"),
    "mismatch": Word("Mismatch", "warning", "attention"),
    "suspect": Word("Suspect", "stolen", "bad"),
}
"""Word for each verdict of a verification."""

STEPS: dict[str, Word] = {
    "accepting": Word("Accepted", "receive"),
    "arriving": Word("Arrived", "receive"),
    "collecting": Word("Collected", "receive"),
    "commissioning": Word("Commissioned", "active", "good"),
    "cycle_counting": Word("Counted", "event"),
    "decommissioning": Word("Decommissioned", "decommission", "done"),
    "departing": Word("Departed", "truck", "moving"),
    "destroying": Word("Destroyed", "destroy", "done"),
    "dispensing": Word("Dispensed", "dispense", "done"),
    "encoding": Word("Encoded", "event"),
    "entering_exiting": Word("Passed a gate", "event"),
    "holding": Word("Put on hold", "hold", "attention"),
    "inspecting": Word("Inspected", "search"),
    "installing": Word("Installed", "event"),
    "killing": Word("Tag killed", "decommission"),
    "loading": Word("Loaded", "truck"),
    "packing": Word("Packed", "container"),
    "picking": Word("Picked", "event"),
    "reactivating": Word("Reactivated", "reactivated", "good"),
    "receiving": Word("Received", "receive"),
    "repackaging": Word("Repackaged", "transform"),
    "replacing": Word("Replaced", "transform"),
    "retail_selling": Word("Sold", "dispense", "done"),
    "returning": Word("Returned", "return", "attention"),
    "sampling": Word("Sampled", "sample"),
    "shipping": Word("Shipped", "truck", "moving"),
    "staging_outbound": Word("Staged", "truck"),
    "stocking": Word("Put in stock", "receive"),
    "storing": Word("Stored", "receive"),
    "transporting": Word("Under way", "truck", "moving"),
    "unloading": Word("Unloaded", "receive"),
    "unpacking": Word("Unpacked", "unpack"),
    "void_shipping": Word("Shipping voided", "return", "attention"),
}

_PACKED = Word("Packed", "container")
_BY_ROLE: dict[tuple[Role, str | None], Word] = {
    (Role.CHILD, "ADD"): _PACKED,
    (Role.CHILD, "DELETE"): Word("Unpacked", "unpack"),
    (Role.PARENT, "ADD"): Word("Filled", "container"),
    (Role.PARENT, "DELETE"): Word("Unpacked", "unpack"),
    (Role.INPUT, None): Word("Used up", "transform", "done"),
    (Role.OUTPUT, None): Word("Made", "active", "good"),
}

_TRANSACTIONS = {
    "bol": "Bill of lading", "cert": "Certificate", "desadv": "Despatch advice",
    "inv": "Invoice", "pedigree": "Pedigree", "po": "Purchase order",
    "poc": "Order confirmation", "prodorder": "Production order", "recadv": "Receiving advice",
    "rma": "Return authorisation", "testprd": "Test procedure", "testres": "Test result",
    "upevt": "Upstream event",
}  # fmt: skip
_PARTIES = {
    "owning_party": "Owner",
    "possessing_party": "Holder",
    "location": "Location",
}
_KINDS = {
    "pack": "pack", "case": "container", "pallet": "pallet", "container": "container",
    "logistic unit": "pallet", "lot": "lot", "product": "product", "location": "place",
    "party": "organisation", "event": "event", "trade item": "product", "document": "document",
}  # fmt: skip
_LAST_PART = re.compile("[:/#]")
_SEVERITIES = {"error": "Error", "warning": "Warning", "note": "Note"}


def plain(term: str | None) -> str:
    """Return a term of a vocabulary as words: `in_transit` is `In transit`, a URI is itself."""
    if not term or ":" in term:
        return term or ""
    return (term[0].upper() + term[1:]).replace("_", " ")


def status(value: Status) -> Word:
    """Return the word for a status."""
    return STATUSES.get(value, Word(plain(str(value)), "event"))


def step(value: Step) -> Word:
    """Return the word for what happened: packing and making first, then the business step."""
    word = _BY_ROLE.get((value.role, value.action))
    if word is None and value.role in {Role.INPUT, Role.OUTPUT}:
        word = _BY_ROLE[value.role, None]
    if word is not None and value.event_type != "TransactionEvent":
        return word
    if value.biz_step is None:
        return Word("Seen" if value.action == "OBSERVE" else "Recorded", "event")
    return STEPS.get(value.biz_step, Word(plain(_LAST_PART.split(value.biz_step)[-1]), "event"))


def transaction(kind: str | None) -> str:
    """Return the name of a kind of business transaction."""
    return _TRANSACTIONS.get(kind or "", plain(kind) or "Document")


def party(kind: str) -> str:
    """Return the name of a kind of source or destination."""
    return _PARTIES.get(kind, plain(kind))


def kind_icon(kind: str) -> str:
    """Return the icon of a kind of object."""
    return _KINDS.get(kind.lower(), "pack")


def severity(value: str) -> str:
    """Return the word for a severity."""
    return _SEVERITIES.get(value, plain(value))
