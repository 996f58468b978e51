"""`packtrail alerts`: what many scans point to, and the cases in which it is worked off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.services.alerts.alerts import Alert
    from packtrail.services.alerts.cases import Case

alerts = typer.Typer(
    help="See what many scans point to, work it off in cases, prepare what authorities ask.",
    no_args_is_help=True,
)

Number = Annotated[str, typer.Argument(metavar="ALERT", help="Number of the alert.")]
Numbers = Annotated[list[str], typer.Argument(metavar="ALERT...", help="Numbers of alerts.")]
Code = Annotated[str, typer.Argument(metavar="CASE", help="Code of the case: C-2026-0001.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stays with the case.")]
Packs = Annotated[
    list[str] | None,
    typer.Option("--pack", metavar="GTIN/SERIAL", help="Only this pack; again for more."),
]


@alerts.command("list")
def listing(
    organisation: options.Organisation,
    code: Annotated[str | None, typer.Option("--code", help="Only of this signal.")] = None,
    only_open: Annotated[
        bool, typer.Option("--open", help="Only those in no case, not withdrawn.")
    ] = False,
    gtin: Annotated[str | None, typer.Option("--gtin", help="With --serial: of one pack.")] = None,
    serial: Annotated[str | None, typer.Option("--serial", help="The pack.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most to show.")] = 100,
    json: options.Json = False,
) -> None:
    """List alerts, the newest first."""
    from packtrail.services.alerts import alerts as use_cases

    with organisation.acting() as (application, actor):
        found = use_cases.listed(
            application, actor, code=code, only_open=only_open, gtin=gtin, serial=serial,
            limit=limit,
        )  # fmt: skip
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("No.", "Signal", "Score", "About", "Evidence", "Last", "Case"),
        ((a.alert_id, a.code, f"{a.score:.2f}", a.subject, len(a.evidence), _day(a), _case(a))
         for a in found),
    )  # fmt: skip


@alerts.command("show")
def show(organisation: options.Organisation, alert: Number, json: options.Json = False) -> None:
    """Show one alert: its arithmetic, and everything it rests on."""
    from packtrail.rendering import times
    from packtrail.services.alerts import alerts as use_cases

    with organisation.acting() as (application, actor):
        found = use_cases.alert(application, actor, alert)
    if json:
        write_json(found)
        return
    write_line(f"{found.code} {found.message}")
    for text in found.arithmetic:
        write_line(f"  {text}")
    write_line(f"  {found.remedy}")
    write_table(
        "",
        ("At", "What", "Pack", "Place", "Who", "Withdrawn"),
        (
            (times.iso(e.at), f"{e.kind} {e.purpose}", f"(01){e.gtin}(21){e.serial}", e.place,
             e.actor, e.withdrawn_reason or "")
            for e in found.evidence
        ),
    )  # fmt: skip


@alerts.command("run")
def run(organisation: options.Organisation, json: options.Json = False) -> None:
    """Look at what is new now; a serving Packtrail does so by itself twice a minute."""
    from packtrail.services.alerts import watching

    with organisation.acting() as (application, actor):
        done = watching.watch(application, actor)
    if json:
        write_json(done)
    else:
        write_line(
            f"{done.scans} verifications looked at: {done.raised} alerts raised, {done.grown} "
            f"grown, {done.withdrawn} lost evidence."
        )


@alerts.command("rules")
def rules(organisation: options.Organisation, json: options.Json = False) -> None:
    """Show how right each rule was by real outcomes, and what could be set otherwise."""
    from packtrail.services.alerts import alerts as use_cases

    with organisation.acting() as (application, actor):
        found = use_cases.lessons(application, actor)
        over = use_cases.overview(application, actor)
    if json:
        write_json({"overview": over, "lessons": found})
        return
    right = {each.code: each for each in found}
    rows = []
    for code, raised, waiting, withdrawn in over.by_code:
        lesson = right.get(code)
        share = f"{lesson.precision:.2f}" if lesson and lesson.precision is not None else ""
        rows.append((code, raised, waiting, withdrawn, share))
    write_table("", ("Signal", "Raised", "In no case", "Withdrawn", "Precision"), rows)
    for each in found:
        for suggestion in each.suggestions:
            write_line(
                f"{suggestion.parameter}: {suggestion.now:g} -> {suggestion.suggested:g} "
                f"{suggestion.unit}? {suggestion.because}."
            )


@alerts.command("parameters")
def parameters(
    organisation: options.Organisation,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE...", help="What to set; NAME= is the default again."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Since when; default: now.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Show what the rules are set to, or set it; what was set before stays on record."""
    from packtrail.services.alerts import policies

    with organisation.acting() as (application, actor):
        if values:
            found = policies.put(
                application, actor, dict(map(_pair, values)), reason=reason,
                effective_at=options.moment(since, option="--since"),
            )  # fmt: skip
        else:
            found = policies.settings(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Parameter", "Value", "Default", "Unit", "Meaning"),
        ((s.name, f"{s.value:g}", f"{s.default:g}", s.knob.unit, s.knob.meaning) for s in found),
    )


@alerts.command("cases")
def cases(
    organisation: options.Organisation,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only in this state; again for more.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only of this owner.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most to show.")] = 100,
    json: options.Json = False,
) -> None:
    """List cases, the newest first, each with its nearest time limit."""
    from packtrail.rendering import times
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        found = use_cases.listed(application, actor, states=state, owner=owner, limit=limit)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Case", "State", "Category", "Alerts", "Held", "Owner", "Due", "About"),
        (
            (c.code, c.state, c.category, c.alert_count, c.held_count, c.owner,
             times.iso(c.clocks[0].due_at) if c.clocks and not c.clocks[0].done_at else "", c.title)
            for c in found
        ),
    )  # fmt: skip


@alerts.command("case")
def case(organisation: options.Organisation, case: Code, json: options.Json = False) -> None:
    """Show one case with its alerts, packs, clocks and story."""
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        _tell(use_cases.case(application, actor, case), json=json)


@alerts.command("open")
def open_case(
    organisation: options.Organisation,
    alerts: Numbers,
    title: Annotated[str, typer.Option("--title", help="What it is about.")] = "",
    owner: Annotated[str, typer.Option("--owner", help="Who sees to it.")] = "",
    market: Annotated[
        str | None, typer.Option("--market", help="Whose time limits run; default: where seen.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Open a case of some alerts."""
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        made = use_cases.open_case(
            application, actor, alerts, title=title, owner=owner, market=market
        )
        _tell(made, json=json)


@alerts.command("add")
def add(
    organisation: options.Organisation, case: Code, alerts: Numbers, json: options.Json = False
) -> None:
    """Add alerts to a case."""
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        _tell(use_cases.add_alerts(application, actor, case, alerts), json=json)


@alerts.command("merge")
def merge(
    organisation: options.Organisation,
    case: Code,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The case that stays.")],
    reason: Reason,
    json: options.Json = False,
) -> None:
    """Put the alerts and packs of a case into another one."""
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        _tell(use_cases.merge(application, actor, case, into, reason=reason), json=json)


@alerts.command("assign")
def assign(
    organisation: options.Organisation,
    case: Code,
    owner: Annotated[str, typer.Argument(help="Who sees to it.")],
    json: options.Json = False,
) -> None:
    """Say who sees to a case."""
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        _tell(use_cases.assign(application, actor, case, owner), json=json)


@alerts.command("note")
def note(
    organisation: options.Organisation,
    case: Code,
    text: Annotated[str, typer.Argument(help="What to write down.")],
    json: options.Json = False,
) -> None:
    """Write a note into a case."""
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        _tell(use_cases.note(application, actor, case, text), json=json)


@alerts.command("move")
def move(
    organisation: options.Organisation,
    case: Code,
    to: Annotated[
        str,
        typer.Argument(
            metavar="MOVE", help="triage, investigate, confirm, refute, close or reopen."
        ),
    ],
    reason: Reason,
    category: Annotated[
        str, typer.Option("--category", help="To triage: technical, procedural or suspect.")
    ] = "",
    cause: Annotated[
        str, typer.Option("--cause", help="To refute: what the false alert came from.")
    ] = "",
    json: options.Json = False,
) -> None:
    """Move a case from one state to the next."""
    from packtrail.detection.cases import Wish
    from packtrail.services.alerts import cases as use_cases

    wish = Wish(move=to, reason=reason, category=category, cause=cause)
    with organisation.acting() as (application, actor):
        _tell(use_cases.move(application, actor, case, wish), json=json)


@alerts.command("high-risk")
def high_risk(
    organisation: options.Organisation, case: Code, reason: Reason, json: options.Json = False
) -> None:
    """Say that there is a high risk of illegitimacy: its time limit begins."""
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        _tell(use_cases.high_risk(application, actor, case, reason=reason), json=json)


@alerts.command("done")
def done(
    organisation: options.Organisation,
    case: Code,
    duty: Annotated[str, typer.Argument(help="The clock: us_dscsa/illegitimate_product.")],
    reason: Annotated[str, typer.Option("--reason", help="How, and under which number.")],
    json: options.Json = False,
) -> None:
    """Say that somebody was told, as a time limit asks."""
    from packtrail.services.alerts import cases as use_cases

    with organisation.acting() as (application, actor):
        _tell(use_cases.done(application, actor, case, duty, reason=reason), json=json)


@alerts.command("quarantine")
def quarantine(
    organisation: options.Organisation, case: Code, packs: Packs = None, json: options.Json = False
) -> None:
    """Put packs of a case in quarantine: verification then says not to supply them."""
    from packtrail.services.alerts import quarantine as use_cases

    with organisation.acting() as (application, actor):
        chosen = [_pack(each) for each in packs or ()] or None
        _tell(use_cases.hold(application, actor, case, chosen), json=json)


@alerts.command("release")
def release(
    organisation: options.Organisation,
    case: Code,
    reason: Reason,
    packs: Packs = None,
    json: options.Json = False,
) -> None:
    """Release packs that a refuted case holds."""
    from packtrail.services.alerts import quarantine as use_cases

    with organisation.acting() as (application, actor):
        chosen = [_pack(each) for each in packs or ()] or None
        _tell(use_cases.release(application, actor, case, reason=reason, packs=chosen), json=json)


def _pair(text: str) -> tuple[str, float | None]:
    name, mark, value = text.partition("=")
    try:
        return name, float(value) if value else None
    except ValueError:
        mark = ""
    if not mark:
        raise UsageError(f"{text!r}: expected NAME=NUMBER, such as speed=200.")
    return name, None


def _pack(text: str) -> tuple[str, str]:
    gtin, mark, serial = text.partition("/")
    if not mark or not serial:
        raise UsageError(f"{text!r}: expected GTIN/SERIAL.")
    return gtin.zfill(14), serial


def _day(alert: Alert) -> str:
    return f"{alert.last_at:%Y-%m-%d %H:%M}"


def _case(alert: Alert) -> str:
    return "withdrawn" if alert.withdrawn_at and not alert.case else alert.case or ""


def _tell(case: Case, *, json: bool) -> None:
    from packtrail.rendering import times

    if json:
        write_json(case)
        return
    line = case.line
    said = ", ".join(str(each) for each in (line.state, line.category, line.outcome) if each)
    write_line(f"{line.code} {line.title} ({said})")
    write_line(f"  owner {line.owner or 'nobody'}, market {line.market or 'not known'}")
    for clock in line.clocks:
        when = "done" if clock.done_at else f"by {times.iso(clock.due_at)}"
        write_line(f"  {clock.duty}: {clock.what}: {when}")
    for alert in case.alerts:
        write_line(f"  alert {alert.alert_id} {alert.code} {alert.subject}")
    for pack in case.packs:
        state = "released" if pack.released_at else "in quarantine"
        write_line(f"  (01){pack.gtin}(21){pack.serial} {state}")
    for entry in case.entries:
        write_line(f"  {times.iso(entry.at)} {entry.by}: {entry.text}")
    write_line(f"  next: {', '.join(case.moves) or 'nothing'}")
