"""The reference pages of markets, rules and checks, written from the rule packs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from packtrail.compliance import CHECKS, Catalogue, Pack, Subject, pages
from packtrail.compliance.countries import name_of
from packtrail.compliance.decoding import keys_of, kind_told
from packtrail.compliance.entries import Case, Deadline, Duty, Exemption, Rule
from packtrail.compliance.packs import Heading
from packtrail.compliance.pages import MarketPage, RuleView, Said
from packtrail.compliance.scopes import Scope
from packtrail.compliance.statements import Source
from packtrail.compliance.subjects import SUBJECTS
from packtrail.compliance.topics import SECTIONS, TOPICS
from packtrail.services import rule_packs

FOLDER = Path("markets")


def rendered(written_by: str) -> dict[Path, str]:
    """Render the index, a page for each pack and each of its rules, and the list of checks."""
    catalogue = Catalogue.of(rule_packs.built_in())
    found = {FOLDER / "README.md": f"{written_by}\n{_index(catalogue)}"}
    found[Path("checks.md")] = f"{written_by}\n{_checks(catalogue)}"
    found[Path("parameters.md")] = f"{written_by}\n{_parameter_names()}"
    found[Path("packs.md")] = f"{written_by}\n{_entries()}"
    found[Path("subjects.md")] = f"{written_by}\n{_subjects()}"
    for pack in catalogue.packs.values():
        page = pages.page(pack, on=pack.heading.true_on)
        found[FOLDER / pack.id / "README.md"] = f"{written_by}\n{_market(page)}"
        for rule in page.rules:
            if rule.pack_id == pack.id:
                found[FOLDER / pack.id / f"{rule.code}.md"] = f"{written_by}\n{_rule(rule, page)}"
    return found


def _index(catalogue: Catalogue) -> str:
    rows = [pages.row(pack, on=pack.heading.true_on) for pack in catalogue.packs.values()]
    lines = [
        "# Markets",
        "",
        "What Packtrail knows of the law of each market, with sources. It is research, not legal",
        "advice; what is unknown is said to be unknown.",
        "",
        "| Market | Regime | Phase | Serial numbers | Reporting | Rules |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.market} {row.name} | [{_cell(row.title)}]({row.pack_id}/README.md) "
        f"| {_plain(row.phase)} | {row.pack_serial} | {_plain(row.reporting)} | {row.rule_count} |"
        for row in sorted(rows, key=lambda each: each.name)
    ]
    return "\n".join(lines) + "\n"


def _market(page: MarketPage) -> str:
    row = page.row
    lines = [f"# {row.name}: {row.title}", "", page.summary, ""]
    lines += _heading(page)
    if page.open_questions:
        lines += ["## Not known", "", *(f"- {each}" for each in page.open_questions), ""]
    lines += _parameters(page)
    lines += _rules(page)
    lines += _calendar(page)
    lines += ["## Sources", ""]
    lines += [
        f"- `{each.id}` [{_cell(each.title)}]({each.url}) ({_plain(each.kind)}"
        f"{', ' + each.published if each.published else ''})"
        for each in page.sources
    ] or ["None: all of it is unverified general knowledge."]
    return "\n".join(lines) + "\n"


def _heading(page: MarketPage) -> Iterator[str]:
    row = page.row
    members = ", ".join(name_of(each) for each in page.also_for)
    facts = {
        "Market": row.market + (f"; also for {members}" if members else ""),
        "Pack": f"`{row.pack_id}`, version {row.version}",
        "Builds on": f"[{page.extends}](../{page.extends}/README.md)" if page.extends else "",
        "Phase": _plain(row.phase),
        "Status": _plain(page.status),
        "Model": page.model,
        "Depth": "in depth" if row.tier == "deep" else "in brief: check it before use",
        "Last seen to be so": str(page.true_on),
        "Sources reach to about": str(page.evidence_until or ""),
    }
    yield from ("| | |", "|---|---|")
    yield from (f"| {name} | {_cell(value)} |" for name, value in facts.items() if value)
    yield ""


def _parameters(page: MarketPage) -> Iterator[str]:
    for heading, views in page.sections:
        yield from (f"## {heading}", "", "| | | How sure |", "|---|---|---|")
        for each in views:
            later = "".join(f"; from {day}: {value}" for day, value in each.others if day)
            text = f"{each.value}{later}{_noted(each.said)}"
            yield f"| {each.title} | {_cell(text)} | {_sure(each.said)} |"
        yield ""


def _rules(page: MarketPage) -> Iterator[str]:
    if not page.rules:
        return
    yield from ("## Rules", "", "| Code | Holds | Asks | How sure |", "|---|---|---|---|")
    for each in page.rules:
        link = f"../{each.pack_id}/{each.code}.md"
        yield (
            f"| [{each.code}]({link}) | {_span(each.from_on, each.to_on)} | {_cell(each.title)} "
            f"| {_sure(each.said)} |"
        )
    yield ""
    if page.exemptions:
        yield from ("## Exemptions", "", "| Holds | Who | From | How sure |", "|---|---|---|---|")
        for exempt in page.exemptions:
            whom = f"{exempt.title}{f' ({exempt.scope})' if exempt.scope else ''}"
            yield (
                f"| {_span(exempt.from_on, exempt.to_on)} | {_cell(whom)} "
                f"| {', '.join(exempt.rules)} | {_sure(exempt.said)} |"
            )
        yield ""


def _calendar(page: MarketPage) -> Iterator[str]:
    if page.deadlines:
        yield from (
            "## Calendar",
            "",
            "| Day | What | Who | Kind | How sure |",
            "|---|---|---|---|---|",
        )
        for each in page.deadlines:
            kind = "superseded" if each.is_superseded else _plain(each.kind)
            yield (
                f"| {each.on}{_about(each.precision)} | {_cell(each.what + _noted(each.said))} "
                f"| {_cell(each.who)} | {kind} | {_sure(each.said)} |"
            )
        yield ""
    if page.duties:
        yield from (
            "## Duties",
            "",
            "| What | When | To | Format | How sure |",
            "|---|---|---|---|---|",
        )
        for duty in page.duties:
            yield (
                f"| {_cell(duty.what)} | {_cell(duty.when)} | {_cell(', '.join(duty.recipients))} "
                f"| {f'`{duty.format}`' if duty.format else ''} | {_sure(duty.said)} |"
            )
        yield ""


def _rule(rule: RuleView, page: MarketPage) -> str:
    facts = {
        "Market": f"[{page.row.name}](README.md)",
        "About": f"{_plain(rule.subject)}{f': {rule.scope}' if rule.scope else ''}",
        "Holds": _span(rule.from_on, rule.to_on)
        + ("" if rule.dated_by == "today" else f", by the day of {rule.dated_by}"),
        "Severity": rule.severity,
        "Clause": rule.clause,
        "Check": f"[`{rule.check}`](../../checks.md): {rule.check_meaning}",
        **{
            f"`{name}`": value + (f" (parameter `{held}`)" if held else "")
            for name, value, held in rule.arguments
        },
        "How sure": f"{rule.said.status}, {rule.said.confidence} confidence, "
        f"seen {rule.said.true_on}",
        "Sources": ", ".join(
            f"[{_cell(each.title)}]({each.url})" if each.url else each.title
            for each in rule.said.sources
        ),
        "Note": rule.said.note,
    }
    lines = [f"# {rule.code} {rule.title}", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {_cell(value)} |" for name, value in facts.items() if value]
    return "\n".join([*lines, "", "## What to do", "", rule.remedy]) + "\n"


def _checks(catalogue: Catalogue) -> str:
    lines = [
        "# Checks",
        "",
        "The closed set of checks that a rule of a [market](markets/README.md) may name.",
        "",
        "| Check | About | Arguments | Means | Rules |",
        "|---|---|---|---|---|",
    ]
    for name, check in sorted(CHECKS.items()):
        kinds = ", ".join(sorted(_plain(each) for each in check.kinds))
        arguments = ", ".join(
            f"`{each}`{'' if each in check.required else ' (optional)'}" for each in check.arguments
        )
        count = sum(
            rule.check == name for pack in _owned(catalogue) for rule in pack.rules.values()
        )
        lines.append(f"| `{name}` | {kinds} | {arguments} | {check.meaning} | {count} |")
    return "\n".join(lines) + "\n"


def _parameter_names() -> str:
    lines = [
        "# Parameters",
        "",
        "Names that rules and other parts of Packtrail ask for. Any other name begins with one of",
        f"{', '.join(f'`{each}`' for each in SECTIONS)}, and is a text.",
        "",
        "| Name | Means | Value |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{name}` | {each.title} | {kind_told(each.kind)} |" for name, each in TOPICS.items()
    ]
    return "\n".join(lines) + "\n"


def _entries() -> str:
    lines = [
        "# Packs",
        "",
        "The keys of everything that stands in a pack; **bold** ones must be there. How to write",
        "one is told in [the guide](../guides/new-market.md).",
        "",
    ]
    for title, kind, given in _ENTRIES:
        lines += [f"## {title}", "", *_keys(kind, given), ""]
    return "\n".join(lines).rstrip() + "\n"


def _subjects() -> str:
    lines = [
        "# Subjects",
        "",
        "What a rule can be asked about, and the facts that may be said of it. A fact that is not",
        "said makes a rule that needs it *unknown*, never passed.",
        "",
        "## Of every subject",
        "",
        *_keys(Subject, frozenset()),
        "",
    ]
    common = {key for key, _, _ in keys_of(Subject)}
    for name, kind in SUBJECTS.items():
        lines += [f"## `{name}`", "", " ".join((kind.__doc__ or "").split()), ""]
        lines += [*_keys(kind, frozenset(common)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _keys(kind: type, left_out: frozenset[str]) -> Iterator[str]:
    yield from ("| Key | Value |", "|---|---|")
    for key, told, is_required in keys_of(kind):
        if key not in left_out:
            yield f"| {f'**`{key}`**' if is_required else f'`{key}`'} | {_cell(told)} |"


_GIVEN = frozenset({"name", "code", "pack_id", "at", "subject"})
_ENTRIES = (
    ("pack.toml", Heading, frozenset[str]()),
    ("A source", Source, frozenset[str]()),
    ("A rule", Rule, _GIVEN - {"subject"}),
    ("An exemption", Exemption, _GIVEN),
    ("A deadline", Deadline, _GIVEN),
    ("A duty", Duty, _GIVEN),
    ("A case, beside its subject", Case, _GIVEN),
    ("A scope: `applies_to`", Scope, frozenset[str]()),
)


def _owned(catalogue: Catalogue) -> Iterable[Pack]:
    return catalogue.own.values()


def _sure(said: Said) -> str:
    status = "" if said.status == "known" else f"**{said.status}**, "
    who = ", ".join(f"`{each.id}`" for each in said.sources)
    return f"{status}{said.confidence}: {who}"


def _noted(said: Said) -> str:
    return f" ({said.note.rstrip('.')})" if said.note else ""


def _span(first: date, last: date | None) -> str:
    return f"{first} to {last}" if last else f"from {first}"


def _about(precision: str) -> str:
    return "" if precision == "day" else f" ({precision})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _plain(text: str) -> str:
    return text.replace("_", " ")
