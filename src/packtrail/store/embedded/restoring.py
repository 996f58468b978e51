"""Laying a copied cluster into a data directory, for the server to start from."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError, Unavailable
from packtrail.store.codes import NOT_EMPTY
from packtrail.store.embedded import account
from packtrail.store.embedded.cluster import Cluster, path_in
from packtrail.store.embedded.ownership import OwnerLock
from packtrail.store.embedded.server import binaries_for, make_data_dir

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def laying(copied: Path, data_dir: Path) -> Iterator[Path]:
    """Copy a cluster into a data directory; it counts once the caller has looked at it.

    Args:
        copied: A cluster nothing runs in.
        data_dir: Made when it does not exist; must have no cluster.

    Yields:
        Where the copy lies until then. An exception throws it away.

    Raises:
        RefusedError: `STO-053`, it has a cluster.
        UsageError: The data directory cannot be used.
        OwnedElsewhere: Another process owns it.
        Unavailable: It cannot be written, as when the disk is full.
    """
    data_dir = data_dir.expanduser().absolute()
    make_data_dir(data_dir)
    lock = OwnerLock(data_dir)
    lock.take()
    try:
        path = path_in(data_dir)
        if path.exists():
            raise RefusedError(NOT_EMPTY.found(f"{data_dir} has a database already.", at=str(path)))
        user = account.server_account(path)
        account.require_reach(user, data_dir)
        partial = path.with_suffix(".partial")
        try:
            _copy(copied, partial)
            yield partial
            _give(partial, user)
            Cluster(partial, user, binaries_for(user, data_dir)).sync()
            partial.rename(path)
        except OSError as error:
            raise Unavailable(
                f"The backup cannot be laid into {data_dir}: {error.strerror or error}."
            ) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    finally:
        lock.release()


def _copy(copied: Path, partial: Path) -> None:
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(copied, partial)
    for folder, _, names in os.walk(partial):
        Path(folder).chmod(0o700)
        for name in names:
            Path(folder, name).chmod(0o600)


def _give(partial: Path, user: account.Account) -> None:
    for folder, _, names in os.walk(partial):
        user.own(Path(folder))
        for name in names:
            user.own(Path(folder, name))
