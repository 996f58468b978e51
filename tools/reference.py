"""Write the reference pages that follow from the code: `make docs`.

`pages()` renders them; a test compares the result with what is committed, so that they stay true.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

import packtrail
from packtrail.base.findings import FindingCode

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
WRITTEN_BY = "<!-- Written by `make docs` from the code; edit there. -->\n"

AREAS = {
    "GS1": "GS1 keys, element strings and their notations",
    "EPC": "EPCIS documents and events",
    "CAP": "Capture",
    "TRC": "Tracing",
    "QRY": "Event queries",
    "ACC": "Accounts and permissions",
    "STO": "The store",
    "LIF": "Lot and product status",
    "RCL": "Recalls and drills",
    "VER": "Verification",
    "SIG": "Signals over many scans",
    "SER": "Serial numbers",
    "LAW": "Rule packs",
    "PRE": "Pre-flight of outgoing files",
    "REP": "Reports to authorities and partners",
    "TAB": "Tables from other systems",
    "LIN": "Lines and work orders",
    "PLN": "Plans and programmes",
    "CPA": "Capacity",
    "TEC": "Systems and equipment",
    "SIM": "Simulation",
}


_LIFECYCLE_INTRODUCTION = """
A disposition that names a state decides first, then the business step, then a disposition that goes
with several states, then the action of the event. What is neither among what ends a state nor among
what it bears is impossible: recorded as a fact, named as a finding, and without effect. `unpack`
and `void_shipping` end being packed and being in transit, and nothing else; `reactivate` is the
undo of a decommissioning, which the rule of the market allows or not.
""".lstrip()


_TURNS_INTRODUCTION = """
## At one moment

Events count in order of event time. Of those that name one object at one moment the one whose row
stands higher counts first, and within a row the one with the smaller id; when they were recorded
does not matter. The first of these decides that an event has and that is in a row: its type with
its action, its business step, its disposition, its action.

What is taken out of a container at one moment has had, before, what befalls the container by an
event of the rows of `commissioning`, of whatever is in no row, of `void_shipping`, `receiving` and
`accepting`; that it left then counts only where it arrived then, too. What is put into it has what
comes after the packing. What is both packed into a container and unpacked from it, and was not in
it before, is packed first.
""".lstrip()


def finding_codes() -> list[FindingCode]:
    """Return every declared kind of finding, by code."""
    codes = [
        value
        for module in _modules()
        if module.rpartition(".")[2] == "codes"
        for value in vars(importlib.import_module(module)).values()
        if isinstance(value, FindingCode)
    ]
    return sorted(codes, key=lambda each: each.code)


def pages() -> dict[Path, str]:
    """Render every generated page: path below docs/reference -> text."""
    rendered = {
        Path("findings") / f"{code.code}.md": _finding_page(code) for code in finding_codes()
    }
    rendered[Path("findings/README.md")] = _findings_index()
    rendered[Path("settings.md")] = _settings_page()
    rendered[Path("lifecycle.md")] = _lifecycle_page()
    rendered |= dict(_command_pages())
    sys.path.insert(0, str(Path(__file__).parent))
    import form_pages
    import market_pages

    return rendered | market_pages.rendered(WRITTEN_BY) | form_pages.rendered(WRITTEN_BY)


def _modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(packtrail.__path__, "packtrail."):
        yield module.name


def _finding_page(code: FindingCode) -> str:
    clause = f"\nRule: {code.clause}\n" if code.clause else ""
    return (
        f"{WRITTEN_BY}\n# {code.code} {code.title.rstrip('.')}\n\n"
        f"Severity: **{code.severity.value}**\n{clause}\n## What to do\n\n{code.remedy}\n"
    )


def _findings_index() -> str:
    lines = [
        WRITTEN_BY,
        "# Findings\n",
        "Every code Packtrail can answer with. A code never changes its meaning.\n",
    ]
    for area, title in AREAS.items():
        members = [code for code in finding_codes() if code.code.startswith(f"{area}-")]
        if members:
            lines += [f"## {title}\n", "| Code | Severity | Meaning |", "|---|---|---|"]
            lines += [
                f"| [{c.code}]({c.code}.md) | {c.severity.value} | {c.title} |" for c in members
            ]
            lines.append("")
    return "\n".join(lines)


def _settings_page() -> str:
    from packtrail.settings import documented

    lines = [
        WRITTEN_BY,
        "# Settings\n",
        "Each is an environment variable; where a command has an option for it, the option wins.\n",
        "| Variable | Default | Meaning |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{variable}` | {f'`{default}`' if default else ''} | {text} |"
        for _, variable, default, text in documented()
    ]
    return "\n".join(lines) + "\n"


def _lifecycle_page() -> str:
    from packtrail.epcis.turns import TURNS
    from packtrail.lifecycle.rules import EFFECTS, Outcome, after
    from packtrail.lifecycle.states import STATES

    lines = [
        WRITTEN_BY,
        "# The life of an object\n",
        _LIFECYCLE_INTRODUCTION,
        "| State | Means | Reached by | Ended by | Bears | In the EU | For sale |",
        "|---|---|---|---|---|---|---|",
    ]
    for status, row in STATES.items():
        words = [f"`{word}`" for word in (*row.steps, *row.dispositions)]
        hints = ", ".join(f"`{word}`" for word in row.hints)
        words += [f"where the step says nothing {hints}"] if hints else []
        outcomes = {effect: after(status, effect)[1] for effect in EFFECTS}
        ends = [str(each) for each, outcome in outcomes.items() if outcome is Outcome.CHANGES]
        bears = [
            str(e) for e, outcome in outcomes.items() if outcome is Outcome.KEEPS and e != status
        ]
        cells = (
            f"`{status}`",
            row.meaning,
            "; ".join([*words, *([row.other] if row.other else [])]),
            "anything" if row.leads_to is None else ", ".join(ends) or "nothing",
            "" if row.leads_to is None else ", ".join(bears),
            ", ".join([*([row.eu] if row.eu else []), *(["can be undone"] * row.can_be_undone)]),
            "yes" if row.is_saleable else "no",
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", _TURNS_INTRODUCTION]
    for number, row in enumerate(TURNS, 1):
        words = ", ".join(f"`{word}`" if word else "whatever is in no row" for word in row)
        lines.append(f"{number}. {words}")
    return "\n".join(lines) + "\n"


def _command_pages() -> Iterator[tuple[Path, str]]:
    from typer.main import get_command

    from packtrail.__main__ import application

    root = get_command(application())
    index = [WRITTEN_BY, "# Commands\n", "| Command | What it does |", "|---|---|"]
    for name, command in _leaves("packtrail", root):
        slug = name.removeprefix("packtrail ").replace(" ", "-")
        index.append(f"| [`{name}`]({slug}.md) | {_summary(command)} |")
        yield Path("cli") / f"{slug}.md", _command_page(name, command)
    yield Path("cli/README.md"), "\n".join(index) + "\n"


def _leaves(name, command):
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child in sorted(children):
        yield from _leaves(f"{name} {child}", children[child])


def _summary(command) -> str:
    return (command.help or "").strip().split("\n\n")[0].replace("\n", " ")


def _command_page(name: str, command) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = " ".join([name, "[OPTIONS]", *(_metavar(each) for each in arguments)])
    lines = [WRITTEN_BY, f"# {name}\n", f"```\n{usage}\n```\n", (command.help or "").strip() + "\n"]
    if arguments:
        lines += ["| Argument | Meaning |", "|---|---|"]
        lines += [f"| `{_metavar(p)}` | {p.help or ''} |" for p in arguments] + [""]
    lines += ["| Option | Meaning |", "|---|---|"]
    lines += [f"| `{', '.join([*p.opts, *p.secondary_opts])}` | {p.help or ''} |" for p in options]
    return "\n".join(lines) + "\n"


def _metavar(argument) -> str:
    word = argument.metavar or (argument.name or "").upper()
    return f"{word}..." if argument.nargs == -1 else word


def main() -> None:
    """Write the pages, and remove generated pages nothing stands behind any more."""
    rendered = pages()
    for path, text in rendered.items():
        target = REFERENCE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for folder in ("findings", "cli", "markets", "forms"):
        for page in (REFERENCE / folder).rglob("*.md"):
            if page.relative_to(REFERENCE) not in rendered:
                page.unlink()


if __name__ == "__main__":
    main()
