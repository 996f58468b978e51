"""Options that come together, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from packtrail.cli.shared_options import spread, spread_all

Colour = Annotated[str | None, typer.Option("--colour", help="Of the box.")]


@dataclass(frozen=True)
class Box:
    colour: Colour = None
    height: Annotated[int, typer.Option("--height", min=1)] = 1


@dataclass(frozen=True)
class Lid:
    colour: Colour = None


group, inner = typer.Typer(), typer.Typer()
group.add_typer(inner, name="inner")


@group.command("build")
def build(box: Box, number: Annotated[int, typer.Argument()], fast: bool = False) -> None:
    typer.echo(f"{box} {number} {fast}")


@inner.command("close")
def close(box: Box, lid: Lid) -> None:
    typer.echo(f"{box} {lid}")


spread_all(group)


def said(*arguments: str) -> str:
    return CliRunner().invoke(group, arguments).output.strip()


def test_each_field_is_an_option_with_its_default():
    assert said("build", "7") == "Box(colour=None, height=1) 7 False"
    assert said("build", "--height", "3", "7", "--fast") == "Box(colour=None, height=3) 7 True"


def test_what_an_option_requires_is_required():
    assert CliRunner().invoke(group, ["build", "--height", "0", "7"]).exit_code == 2
    assert CliRunner().invoke(group, ["build"]).exit_code == 2


def test_values_with_a_field_in_common_share_its_option_and_groups_in_groups_are_reached():
    told = "Box(colour='red', height=1) Lid(colour='red')"
    assert said("inner", "close", "--colour", "red") == told


def test_options_come_after_those_of_the_command():
    shown = said("build", "--help")
    assert shown.index("--fast") < shown.index("--colour") < shown.index("--height")
    assert "Of the box." in shown


def test_a_command_without_such_values_stays_as_it_is():
    def plain(number: int) -> None: ...

    assert spread(plain) is plain


def test_doing_it_again_changes_nothing():
    once = spread(build)
    assert once is not build
    assert spread(once) is once
