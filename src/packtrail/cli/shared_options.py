"""Options that several commands share, as one value.

A command with a parameter of a dataclass has an option for each of its fields, after its own:

@dataclass(frozen=True)
class Installation:
    data: Data = None
    db: Db = None

def show(installation: Installation, number: Number) -> None: ...   # --data DIR --db URL NUMBER
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints

import typer


def spread_all(commands: typer.Typer) -> None:
    """Give the commands of a group, and of the groups in it, options for the fields."""
    for command in commands.registered_commands:
        if command.callback is not None:
            command.callback = spread(command.callback)
    for group in commands.registered_groups:
        if group.typer_instance is not None:
            spread_all(group.typer_instance)


def spread(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return a command that takes the fields of its dataclasses one by one."""
    hints = get_type_hints(command, include_extras=True)
    values: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    if not values:
        return command

    @wraps(command)
    def spreading(**given: Any) -> Any:
        made = {
            name: value(**{field.name: given[field.name] for field in fields(value)})
            for name, value in values.items()
        }
        return command(**{name: given[name] for name in own}, **made)

    own = {
        name: parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[name])
        for name, parameter in signature(command).parameters.items()
        if name not in values
    }
    every = {**own, **{each.name: each for each in _options(values)}}
    spreading.__signature__ = Signature([*every.values()])  # type: ignore[attr-defined]
    spreading.__annotations__ = {name: each.annotation for name, each in every.items()}
    return spreading


def _options(values: Mapping[str, Any]) -> Iterator[Parameter]:
    for value in values.values():
        hints = get_type_hints(value, include_extras=True)
        for field in fields(value):
            yield Parameter(
                field.name,
                Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=hints[field.name],
            )
