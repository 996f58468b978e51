"""Commands loaded when they are asked for: loading them all takes longer than most of them run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info, get_group_from_info
from typer.models import CommandInfo, TyperInfo

from packtrail.cli.shared_options import spread, spread_all


class CommandsOnDemand(MutableMapping[str, Any]):
    """The commands and groups of a table by name, each loaded the first time it is read.

    Args:
        modules: For each command or group, the module that has it under its own name (with `_` for
            `-`), and the modules whose commands join it.
    """

    def __init__(self, modules: Mapping[str, tuple[str, ...]]) -> None:
        self._modules = modules
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._modules[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._modules, **self._loaded})

    def __len__(self) -> int:
        return len({**self._modules, **self._loaded})


def root_of(modules: Mapping[str, tuple[str, ...]]) -> type[TyperGroup]:
    """Return the class of a command line whose commands come from such a table."""

    class Root(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = CommandsOnDemand(modules)

    return Root


def _load(name: str, modules: tuple[str, ...]) -> Any:
    home, *_ = [import_module(each) for each in modules]
    found = getattr(home, name.replace("-", "_"))
    if isinstance(found, typer.Typer):
        spread_all(found)
        return get_group_from_info(
            TyperInfo(found, name=name),
            pretty_exceptions_short=True,
            suggest_commands=True,
            rich_markup_mode=None,
        )
    return get_command_from_info(
        CommandInfo(name, callback=spread(found)),
        pretty_exceptions_short=True,
        rich_markup_mode=None,
    )
