"""The master key: with it the keys of serial number pools are encrypted at rest.

It comes from the settings, or from a file of the data directory that only its owner can read; never
from the database, so that a copy of the database alone tells no serial number.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError, UsageError
from packtrail.serials import keys
from packtrail.serials.codes import BAD_MASTER_KEY

if TYPE_CHECKING:
    from packtrail.settings import Settings

FILE_NAME = "master.key"
_FILE_BYTES_MAX = 1_024
_FINGERPRINT_LENGTH = 16


def master_key(settings: Settings, *, may_make: bool = False) -> bytes:
    """Return the master key of this installation.

    Args:
        settings: Where it is.
        may_make: Whether a key file is made when there is none: only while nothing is encrypted.

    Raises:
        UsageError: A database of one's own needs the setting; or key or file cannot be used.
        RefusedError: `SER-012`: keys are encrypted, but the key file is gone.
    """
    if settings.master_key:
        return keys.master_key_of(settings.master_key)
    if settings.database_url:
        raise UsageError(
            "Random pools beside a database of your own need PACKTRAIL_MASTER_KEY. Make a key "
            f"with: head -c {keys.KEY_BYTES} /dev/urandom | base64"
        )
    path = settings.data_dir / FILE_NAME
    if may_make:
        _make(path)
    return keys.master_key_of(_read(path))


def fingerprint(settings: Settings) -> str | None:
    """Return what tells the master key from others without telling it; None where there is none."""
    try:
        key = master_key(settings)
    except (RefusedError, UsageError):
        return None
    return hashlib.sha256(b"packtrail master key" + key).hexdigest()[:_FINGERPRINT_LENGTH]


def _make(path: Path) -> None:
    """Write a new key, complete or not at all; keep one that is there."""
    if path.is_symlink() or path.exists():
        return
    draft = path.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(keys.KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)  # Fails where another process was faster: its key counts.
        finally:
            draft.unlink()
    except FileExistsError:
        return
    except OSError as error:
        raise UsageError(f"The key file {path} cannot be made: {error.strerror}.") from error
    _sync_directory(path.parent)


def _read(path: Path) -> str:
    try:
        # No link is followed: whoever owns the directory could lay one.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        message = f"The key file {path} is gone; the keys of the pools were encrypted with it."
        raise RefusedError(
            BAD_MASTER_KEY.found(message, remedy="Put the file back from its backup.")
        ) from None
    except OSError as error:
        raise UsageError(f"The key file {path} cannot be read: {error.strerror}.") from error
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise UsageError(
                f"The key file {path} can be read by others: give it to this user alone (0600)."
            )
        return file.read(_FILE_BYTES_MAX)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
