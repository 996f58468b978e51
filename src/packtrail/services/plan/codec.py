"""Entries as JSON, as they are kept and sent, and back."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from functools import cache
from typing import Any

import msgspec

from packtrail.base.errors import RefusedError
from packtrail.planning import codes
from packtrail.planning.book import KINDS, Terms

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_encoder = msgspec.json.Encoder()


def encode(value: object) -> str:
    """Return a value as JSON."""
    return _encoder.encode(value).decode()


def decode(kind: str, body: str | bytes) -> Any:
    """Return the entry of a kind from JSON that we wrote."""
    return _decoder(KINDS[kind].type).decode(body)


def decode_terms(body: str) -> Terms:
    """Return the terms of a programme from JSON that we wrote."""
    terms: Terms = _decoder(Terms).decode(body)
    return terms


def read(kind: str, values: Any, *, from_texts: bool = False) -> Any:
    """Return the entry of a kind from plain values that somebody sent.

    Args:
        kind: Kind of the entry.
        values: A dictionary.
        from_texts: Whether numbers and truth values may be written as texts.

    Raises:
        RefusedError: `PLN-004`, they are no such entry.
    """
    wanted = KINDS[kind].type
    names = {each.name for each in fields(wanted)}
    if isinstance(values, dict) and (strange := sorted(values.keys() - names)):
        message = f"A {kind} has no {strange[0][:60]!r}; it has {', '.join(sorted(names))}."
        raise RefusedError(codes.BAD_VALUE.found(message, at=strange[0][:60]))
    try:
        return msgspec.convert(values, wanted, strict=not from_texts)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        message = f"It is no {kind}: {text}."
        raise RefusedError(codes.BAD_VALUE.found(message, at=place.rstrip("`"))) from None


def read_terms(values: Any) -> Terms:
    """Return the terms of a programme from plain values that somebody sent.

    Raises:
        RefusedError: `PLN-004`, they are no terms.
    """
    try:
        return msgspec.convert(values, Terms)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        raise RefusedError(codes.BAD_VALUE.found(f"{text}.", at=place.rstrip("`"))) from None


def read_day(text: str, *, at: str) -> date | None:
    """Return a day from a text such as 2027-03-01; None where there is none.

    Raises:
        RefusedError: `PLN-004`, it is no day.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        message = f"{text[:40]!r} is no day; expected such as 2027-03-01."
        raise RefusedError(codes.BAD_VALUE.found(message, at=at)) from None


def plain(value: object) -> Any:
    """Return a value as plain lists, dictionaries, texts and numbers."""
    return msgspec.to_builtins(value)


@cache
def _decoder(wanted: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(wanted)
