"""`packtrail reports`: who takes reports and how, and what forms ask for beside events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from packtrail.base.errors import NotFound, UsageError
from packtrail.cli import options
from packtrail.cli.output import write_json, write_line, write_table
from packtrail.cli.reports import pairs, reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from packtrail.services.reports.receivers import Receiver

_Word = TypeVar("_Word")
Code = Annotated[str, typer.Argument(metavar="CODE", help="Short name, such as mdlp.")]


Title = Annotated[str | None, typer.Option("--title", help="Its name.")]
Market = Annotated[str | None, typer.Option("--market", help="ISO code, or EU for the EU Hub.")]
Kind = Annotated[str | None, typer.Option("--kind", help="authority, partner or record.")]
Gln = Annotated[str | None, typer.Option("--gln", help="GLN of a partner.")]
Form = Annotated[
    list[str] | None,
    typer.Option("--form", help="Forms it gets; several times; default: the usual ones."),
]
Role = Annotated[
    list[str] | None,
    typer.Option("--role", help="Part you play towards it: manufacturer, wholesaler ..."),
]
Channel = Annotated[str | None, typer.Option("--channel", help="none (by hand), folder or http.")]
Folder = Annotated[
    str | None, typer.Option("--folder", help="Its folder below the folder of reports.")
]
Address = Annotated[
    str | None, typer.Option("--address", metavar="URL", help="Where files are posted to.")
]
AnswerAddress = Annotated[
    str | None,
    typer.Option(
        "--answer-address", metavar="URL", help="Where answers are asked for; {reference}."
    ),
]
Fact = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="NAME=VALUE", help="A fact of all its reports."),
]
Automatic = Annotated[
    bool | None, typer.Option("--automatic/--manual", help="Approve and send what has no defect.")
]
TakesAll = Annotated[
    bool | None, typer.Option("--takes-all/--by-market", help="Whatever markets trade items name.")
]
IsOpen = Annotated[bool | None, typer.Option("--open/--closed", help="Whether it is watched for.")]


@reports.command("receivers")
def receivers(organisation: options.Organisation, json: options.Json = False) -> None:
    """List who takes reports, which, and how they get there."""
    from packtrail.services.reports import receivers as use_cases

    with organisation.acting() as (application, actor):
        found = use_cases.receivers(application, actor)
    if json:
        write_json([use_cases.as_table(each) for each in found])
        return
    write_table(
        "",
        ("Code", "Title", "Market", "Kind", "Forms", "Channel", "By itself", ""),
        (
            (
                each.code,
                each.title,
                each.market,
                each.kind,
                ", ".join(form.id for form in each.wanted_forms()),
                " ".join(filter(None, (each.channel, each.folder or each.address))),
                "yes" if each.is_automatic else "no",
                "" if each.is_open else "closed",
            )
            for each in found
        ),
    )


@reports.command("receiver")
def put(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    code: Code,
    title: Title = None,
    market: Market = None,
    kind: Kind = None,
    gln: Gln = None,
    form: Form = None,
    role: Role = None,
    channel: Channel = None,
    folder: Folder = None,
    address: Address = None,
    answer_address: AnswerAddress = None,
    fact: Fact = None,
    automatic: Automatic = None,
    takes_all: TakesAll = None,
    is_open: IsOpen = None,
    json: options.Json = False,
) -> None:
    """Add a receiver, or change what is said of one; what is not given stays as it is."""
    from packtrail.compliance.words import Role
    from packtrail.reporting.words import ChannelKind, ReceiverKind
    from packtrail.services.reports import receivers as use_cases
    from packtrail.services.reports.receivers import Receiver

    told: dict[str, Any] = {
        "title": title,
        "market": market,
        "kind": _word(ReceiverKind, kind, "--kind"),
        "gln": gln,
        "forms": tuple(form) if form else None,
        "roles": tuple(_word(Role, each, "--role") for each in role) if role else None,
        "channel": _word(ChannelKind, channel, "--channel"),
        "folder": folder,
        "address": address,
        "answer_address": answer_address,
        "is_automatic": automatic,
        "takes_all": takes_all,
        "is_open": is_open,
    }
    with organisation.acting() as (application, actor):
        try:
            before = use_cases.receiver(application, actor, code)
        except NotFound:
            before = Receiver(code=code, title=title or code, market=market or "")
        known = {name: value for name, value in told.items() if value is not None}
        facts = {**before.facts, **pairs(fact, option="--fact")}
        known["facts"] = {name: value for name, value in facts.items() if value}
        made = use_cases.put(application, actor, replace(before, **known))
    _say(made, as_json=json)


@reports.command("look-again")
def look_again(
    organisation: options.Organisation,
    code: Code,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="From when on.")],
    json: options.Json = False,
) -> None:
    """Look again at events recorded since a moment, for a receiver; nothing is reported twice."""
    from packtrail.services.reports import receivers as use_cases

    moment = options.moment(since, option="--since")
    if moment is None:
        raise UsageError("--since is empty: give a time.")
    with organisation.acting() as (application, actor):
        use_cases.look_again(application, actor, code, moment)
    if json:
        write_json({"receiver": code, "since": moment})
    else:
        write_line(f"{code} is looked at again from {moment.isoformat()} on.")


@reports.command("facts")
def facts(
    organisation: options.Organisation,
    kind: Annotated[str, typer.Argument(help="item or place.")],
    subject: Annotated[
        str | None, typer.Argument(help="GTIN of the item, or GLN of the place; none: all.")
    ] = None,
    put: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Say something; several times."),
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="List what forms ask for.")] = False,
    json: options.Json = False,
) -> None:
    """Show or say what forms ask of trade items and places beside master data."""
    from packtrail.services.reports import facts as use_cases

    what = _kind(kind)
    if names:
        known = use_cases.names_of(what)
        if json:
            write_json(known)
        else:
            write_table("", ("Name", "What it is"), known.items())
        return
    with organisation.acting() as (application, actor):
        if put:
            if subject is None:
                raise UsageError("--set needs a GTIN or GLN.")
            use_cases.put(application, actor, what, subject, pairs(put, option="--set"))
        wanted = None if subject is None else [subject.zfill(14) if what == "item" else subject]
        found = use_cases.facts(application, actor, what, wanted)
    if json:
        write_json(found)
    else:
        write_table(
            "", ("Of", "Name", "Value", "By"),
            ((each.subject, each.name, each.value, each.changed_by) for each in found),
        )  # fmt: skip


def _say(made: Receiver, *, as_json: bool) -> None:
    if as_json:
        from packtrail.services.reports.receivers import as_table

        write_json(as_table(made))
    else:
        write_line(f"Receiver {made.code} ({made.market}), version {made.version_no}.")


def _kind(text: str) -> Literal["item", "place"]:
    match text:
        case "item":
            return "item"
        case "place":
            return "place"
    raise UsageError(f"KIND is {text[:40]!r}: expected item or place.")


def _word(words: Callable[[str], _Word], text: str | None, option: str) -> _Word | None:
    if text is None:
        return None
    try:
        return words(text)
    except ValueError:
        known = ", ".join(getattr(words, "__members__", {}).values())
        raise UsageError(f"{option} is {text[:40]!r}: expected one of {known}.") from None
