"""The words of reports: closed sets, shown to people as they are written here."""

from __future__ import annotations

from enum import StrEnum


class Carrier(StrEnum):
    """The notation of a file."""

    XML = "xml"
    CSV = "csv"
    JSON = "json"
    EPCIS = "epcis"


class About(StrEnum):
    """What one report tells of."""

    LOT = "lot"
    """One production run of a trade item, with its packs."""
    SHIPMENT = "shipment"
    """One event of shipping or receiving."""
    EVENTS = "events"
    """The events of one document that was captured."""
    OBJECTS = "objects"
    """The packs that one event names."""
    ITEM = "item"
    """A trade item."""


class Grounds(StrEnum):
    """How sure it is that the receiver takes a form as it is written here."""

    SCHEMA = "schema"
    """Files are valid against the receiver's own schema."""
    GUIDELINE = "guideline"
    """It follows a published guide, or regenerates its example."""
    PRACTICE = "practice"
    """Names and structure are those that others send; the receiver's guide was not seen."""
    NEUTRAL = "neutral"
    """No specification is known: a form of our own with the fields that the sources name."""

    @property
    def is_verified(self) -> bool:
        """Whether somebody has compared it with what the receiver publishes."""
        return self in {Grounds.SCHEMA, Grounds.GUIDELINE}


class ReceiverKind(StrEnum):
    """Who takes reports."""

    AUTHORITY = "authority"
    """A national system, or the body that runs it."""
    PARTNER = "partner"
    """A trading partner."""
    RECORD = "record"
    """Nobody: the report is kept here, for an inspection."""


class ChannelKind(StrEnum):
    """How files get to a receiver."""

    NONE = "none"
    """By hand: somebody downloads them and hands them in."""
    FOLDER = "folder"
    HTTP = "http"
