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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError, UsageError
from packtrail.serials import keys
from packtrail.serials.codes import BAD_MASTER_KEY
from packtrail.store.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.settings import Settings

FILE_NAME = "master.key"
_FILE_BYTES_MAX = 1_024
_FINGERPRINT_LENGTH = 16


def master_keys(settings: Settings, *, may_make: bool = False) -> tuple[bytes, ...]:
    """Return the master keys of this installation: one, or while it is replaced the new one first.

    Args:
        settings: Where it is.
        may_make: Whether a key file is made when there is none: only while nothing is encrypted.

    Raises:
        UsageError: A database of one's own needs the setting; or key or file cannot be used.
        RefusedError: `SER-012`: keys are encrypted, but the key file is gone.
    """
    if settings.master_key:
        return keys.master_keys_of(settings.master_key)
    if settings.database_url:
        raise UsageError(
            "Random pools beside a database of your own need PACKTRAIL_MASTER_KEY. Make a key "
            f"with: head -c {keys.KEY_BYTES} /dev/urandom | base64"
        )
    path = settings.data_dir / FILE_NAME
    if may_make:
        _make(path)
    return keys.master_keys_of(_read(path))


def keyring_of(settings: Settings) -> Keyring:
    """Return what opens the keys of pools for the dictionary of serials."""
    return Keyring(partial(master_keys, settings), is_adding=settings.serials_as_positions)


def add_to_file(settings: Settings) -> None:
    """Put a new key before those of the key file; from then on it encrypts.

    Raises:
        UsageError: The key is a setting, or the file cannot be written.
        RefusedError: `SER-012`: there is no key file.
    """
    _rewrite(settings, [secrets.token_bytes(keys.KEY_BYTES), *master_keys(settings)])


def keep_newest_in_file(settings: Settings) -> None:
    """Take all keys but the first out of the key file: nothing is encrypted with them any more."""
    _rewrite(settings, master_keys(settings)[:1])


def _rewrite(settings: Settings, known: Sequence[bytes]) -> None:
    if settings.master_key or settings.database_url:
        raise UsageError("The master key is a setting here: change PACKTRAIL_MASTER_KEY.")
    path = settings.data_dir / FILE_NAME
    draft = path.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
    try:
        _write(draft, known)
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"The key file {path} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _write(path: Path, known: Sequence[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if _owner(path) != os.geteuid():
            os.fchown(descriptor, _owner(path), -1)
        file.writelines(base64.b64encode(key) + b"\n" for key in known)
        file.flush()
        os.fsync(file.fileno())


def _owner(path: Path) -> int:
    """Return whose the file is to be: root works for the owner of the data directory."""
    return path.parent.stat().st_uid if os.geteuid() == 0 else os.geteuid()


def fingerprint(settings: Settings) -> str | None:
    """Return what tells the master key from others without telling it; None where there is none.

    While it is replaced there are two, joined by `+`: what is encrypted needs either.
    """
    try:
        known = master_keys(settings)
    except (RefusedError, UsageError):
        return None
    return "+".join(
        hashlib.sha256(b"packtrail master key" + key).hexdigest()[:_FINGERPRINT_LENGTH]
        for key in known
    )


def _make(path: Path) -> None:
    """Write a new key, complete or not at all; keep one that is there."""
    if path.is_symlink() or path.exists():
        return
    draft = path.with_name(f"{FILE_NAME}.{secrets.token_hex(8)}")
    try:
        _write(draft, [secrets.token_bytes(keys.KEY_BYTES)])
        try:
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
        if found.st_uid not in {os.geteuid(), _owner(path)} or stat.S_IMODE(found.st_mode) & 0o077:
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
