"""Rule packs from where they lie: with Packtrail, in folders of one's own, in installed packages.

Packs that come with Packtrail are read once a process; those of a folder again when a file changed.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import import_module, metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError, UsageError
from packtrail.compliance.catalogue import Catalogue
from packtrail.compliance.linting import lint
from packtrail.compliance.loading import FILES_MAX, load
from packtrail.compliance.nodes import BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from importlib.resources.abc import Traversable

    from packtrail.base.findings import Finding
    from packtrail.compliance.loading import Loaded
    from packtrail.compliance.packs import Pack
    from packtrail.settings import Settings

ENTRY_POINTS: Final = "packtrail.markets"
"""Group of entry points whose packages hold packs, one folder each."""
_HEADING: Final = "pack.toml"
_SUFFIXES: Final = (".yaml", ".toml")
_DEPTH_MAX: Final = 2


def catalogue(settings: Settings) -> Catalogue:
    """Return all packs there are: those of Packtrail, of installed packages and of one's folders.

    Raises:
        RefusedError: A pack of one's own cannot be read, or two packs are about one market.
        UsageError: A folder of the settings is not there.
    """
    folders = tuple(Path(each) for each in settings.market_packs)
    return _catalogue(folders, tuple(_marks(folders)))


def built_in() -> tuple[Pack, ...]:
    """Return the packs that come with Packtrail, by name."""
    return _packs_in("packtrail.markets")


def files_of(settings: Settings, pack_ids: Iterable[str]) -> dict[str, dict[str, bytes]]:
    """Return the files of packs as they are installed now, by name of the pack.

    Args:
        settings: Where folders of one's own are.
        pack_ids: Which packs.
    """
    wanted = frozenset(pack_ids)
    return {
        pack_id: _files(folder)
        for folder in _all_folders(settings)
        if (pack_id := _id_of(folder)) in wanted
    }


def lint_folder(path: Path, *, on: date) -> tuple[Pack | None, tuple[Finding, ...]]:
    """Return the pack of a folder, as far as it can be read, and all that is wrong with it.

    Args:
        path: The folder of the pack, with `pack.toml`.
        on: Today.

    Raises:
        UsageError: There is no such folder.
    """
    loaded = read_folder(path)
    own = loaded.pack
    if own is None:
        return None, loaded.findings
    others = [each for each in _installed() if each.id != own.id]
    try:
        known = Catalogue.of([*others, own])
    except RefusedError as refused:
        return own, (*loaded.findings, *refused.findings)
    whole = known.packs[own.heading.overlays or own.id]
    return own, (*loaded.findings, *lint(own, whole, on=on))


def read_folder(path: Path) -> Loaded:
    """Read the pack of a folder.

    Raises:
        UsageError: There is no such folder.
    """
    if not path.is_dir():
        raise UsageError(f"There is no folder {path}.")
    return load(_files(path))


def _installed() -> Iterator[Pack]:
    yield from built_in()
    for point in metadata.entry_points(group=ENTRY_POINTS):
        yield from _packs_in(point.value)


def _all_folders(settings: Settings) -> Iterator[Traversable | Path]:
    points = metadata.entry_points(group=ENTRY_POINTS)
    for package in ("packtrail.markets", *(point.value for point in points)):
        yield from _folders(resources.files(import_module(package)))
    for each in settings.market_packs:
        yield from _folders(Path(each))


def _id_of(folder: Traversable | Path) -> str:
    return str(tomllib.loads((folder / _HEADING).read_text(encoding="utf-8")).get("id", ""))


@cache
def _packs_in(package: str) -> tuple[Pack, ...]:
    """Return the packs of a package: a folder with a heading is one."""
    root = resources.files(import_module(package))
    return tuple(_required(each) for each in _folders(root))


@cache
def _catalogue(folders: tuple[Path, ...], marks: tuple[object, ...]) -> Catalogue:  # noqa: ARG001
    """Return the catalogue of a state of the folders, which the marks tell apart."""
    own = [_required(each) for folder in folders for each in _folders(folder)]
    return Catalogue.of([*_installed(), *own])


def _marks(folders: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    """Yield what changes when a file of the folders does."""
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"market_packs names {folder}, which is no folder.")
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file():
                found = path.stat()
                yield str(path), found.st_mtime_ns, found.st_size


def _folders(root: Traversable | Path) -> list[Traversable | Path]:
    found = [each for each in root.iterdir() if each.is_dir() and (each / _HEADING).is_file()]
    return sorted(found, key=lambda each: each.name)


def _required(folder: Traversable | Path) -> Pack:
    loaded = load(_files(folder))
    try:
        return loaded.required()
    except RefusedError as refused:
        named = (_in(folder.name, each) for each in refused.findings)
        raise RefusedError(*named) from None


def _in(folder: str, finding: Finding) -> Finding:
    """Return a finding whose place names the folder of the pack too."""
    return type(finding)(
        finding.code,
        finding.severity,
        finding.message,
        f"{folder}/{finding.at}",
        finding.clause,
        finding.remedy,
    )


def _files(folder: Traversable | Path) -> dict[str, bytes]:
    """Return the files of a pack by their name below its folder; anything else is left out."""
    found: dict[str, bytes] = {}
    for name, entry in _walk(folder, ""):
        if len(found) > FILES_MAX:
            break
        with entry.open("rb") as file:
            found[name] = file.read(BYTES_MAX + 1)
    return found


def _walk(
    folder: Traversable | Path, prefix: str, *, depth: int = 1
) -> Iterator[tuple[str, Traversable | Path]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        name = f"{prefix}{entry.name}"
        if entry.is_file() and entry.name.endswith(_SUFFIXES):
            yield name, entry
        elif entry.is_dir() and depth < _DEPTH_MAX and not entry.name.startswith((".", "_")):
            yield from _walk(entry, f"{name}/", depth=depth + 1)
