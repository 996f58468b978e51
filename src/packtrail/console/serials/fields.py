"""What people type into the forms of this room, read into values."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode
from uuid import uuid4

from starlette.datastructures import UploadFile

from packtrail.base.errors import RefusedError
from packtrail.serials.codes import BAD_REQUEST

if TYPE_CHECKING:
    from packtrail.console.visit import Visit

DIGITS_MAX = 15
LIST_BYTES_MAX = 64 * 1024 * 1024


def number(visit: Visit, name: str, *, default: int = 0) -> int:
    """Return a count from the form; spaces between its digits make no difference.

    Raises:
        RefusedError: `SER-013`, it is no whole number.
    """
    found = optional_number(visit, name)
    return default if found is None else found


def optional_number(visit: Visit, name: str) -> int | None:
    """Return a count from the form, or None where the field is empty.

    Raises:
        RefusedError: `SER-013`, it is no whole number.
    """
    text = "".join(visit.sent(name).replace(",", "").split())
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
        message = f"{visit.sent(name)[:40]!r} is no whole number."
        raise RefusedError(BAD_REQUEST.found(message, at=name))
    return int(text)


def day(text: str, name: str) -> datetime | None:
    """Return the beginning of a day in UTC, or None where the field is empty.

    Raises:
        RefusedError: `SER-013`, it is no day.
    """
    if not text:
        return None
    try:
        return datetime.fromisoformat(text[:10]).replace(tzinfo=UTC)
    except ValueError:
        message = f"{text[:40]!r} is no day such as 2026-12-31."
        raise RefusedError(BAD_REQUEST.found(message, at=name)) from None


def required_day(text: str, name: str) -> datetime:
    """Return the beginning of a day in UTC.

    Raises:
        RefusedError: `SER-013`, it is no day, or the field is empty.
    """
    found = day(text, name)
    if found is None:
        raise RefusedError(BAD_REQUEST.found("The day is missing.", at=name))
    return found


def share(text: str, name: str) -> Fraction | None:
    """Return a share such as `1/10000`; None for `none`.

    Raises:
        RefusedError: `SER-013`, it is none.
    """
    try:
        return None if text == "none" else Fraction(text)
    except (ValueError, ZeroDivisionError):
        message = f"{text[:40]!r} is no share such as 1/10000, nor none."
        raise RefusedError(BAD_REQUEST.found(message, at=name)) from None


def listed(visit: Visit, name: str) -> list[str]:
    """Return numbers that were typed or pasted, one a line, and those of the file beside them.

    Raises:
        RefusedError: `SER-013`, the file is too large.
    """
    text = visit.sent(name)
    file = visit.form.get(f"{name}_file")
    if isinstance(file, UploadFile) and file.filename:
        content = file.file.read(LIST_BYTES_MAX + 1)
        if len(content) > LIST_BYTES_MAX:
            message = f"The file has more than {LIST_BYTES_MAX} bytes; settle it in parts."
            raise RefusedError(BAD_REQUEST.found(message, at=name))
        text += "\n" + content.decode("utf-8-sig", errors="replace")
    return [line.strip() for line in text.split("\n") if line.strip()]


def new_request_id() -> str:
    """Return a request id for a form: sent twice by mistake, it is done once."""
    return f"console/{uuid4()}"


def pool_path(name: str) -> str:
    """Return the page of a pool: `owner/code`."""
    return "/serials/pools/" + quote(name)


def allocation_path(pool: str, request_id: str) -> str:
    """Return the page of an allocation."""
    return "/serials/allocation?" + urlencode({"pool": pool, "request": request_id})
