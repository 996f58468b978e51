"""The reference pages of report forms, written from the layouts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packtrail.compliance.countries import name_of
from packtrail.reporting import catalogue
from packtrail.reporting.forms import Field, Form, walk
from packtrail.reporting.kinds import KINDS
from packtrail.reporting.row_checks import ROW_CHECKS
from packtrail.reporting.words import Carrier, Grounds

FOLDER = Path("forms")
GROUNDS = {
    Grounds.SCHEMA: "valid against the receiver's own schema",
    Grounds.GUIDELINE: "by a published guide, or its example",
    Grounds.PRACTICE: "as others send it; the guide was not seen",
    Grounds.NEUTRAL: "our own: no specification is known",
}


def rendered(written_by: str) -> dict[Path, str]:
    """Render the index and a page for each form."""
    found = {FOLDER / "README.md": f"{written_by}\n{_index()}"}
    for form in catalogue.forms().values():
        found[FOLDER / f"{form.id}.md"] = f"{written_by}\n" + "\n".join(_page(form)) + "\n"
    return found


def _index() -> str:
    lines = [
        "# Forms of reports",
        "",
        "What authorities and partners take, as Packtrail builds and checks it. *How sure* says",
        "on what a form rests; compare one that is not verified with the receiver's guide first.",
        "",
        "| Market | Form | To | About | Notation | How sure |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {_market(form)} | [{form.title}]({form.id}.md) | {form.system} | {form.about} "
        f"| {form.carrier.value.upper()} | {GROUNDS[form.grounds]} |"
        for form in sorted(catalogue.forms().values(), key=_market)
    ]
    return "\n".join(lines) + "\n"


def _market(form: Form) -> str:
    return "European Union" if form.market == "EU" else name_of(form.market)


def _page(form: Form) -> Iterator[str]:
    yield from (f"# {form.title}", "", f"`{form.id}`", "", "| | |", "|---|---|")
    limits = [
        f"{most:,} {what}"
        for most, what in (
            (form.objects_max, "objects"),
            (form.events_max, "events"),
            (form.bytes_max, "bytes"),
        )
        if most
    ]
    told = {
        "Market": _market(form),
        "Receiver": form.system,
        "Format": f"`{form.format}`, {form.carrier.value.upper()}",
        "Tells of": f"{form.about}; {', '.join(form.happenings)}",
        "Sent by": ", ".join(each.replace("_", " ") for each in form.roles) or "everybody",
        "A file has at most": ", ".join(limits),
        "Two people": "must confirm it" if form.is_guarded else "",
        "How sure": GROUNDS[form.grounds],
        "Rests on": "; ".join(form.sources),
    }
    yield from (f"| {name} | {_cell(text)} |" for name, text in told.items() if text)
    yield ""
    if form.note:
        yield from (form.note, "")
    if form.carrier is Carrier.EPCIS and form.epcis:
        yield from _events(form)
    else:
        yield from _fields(form)
    yield from _facts(form)


def _events(form: Form) -> Iterator[str]:
    how = form.epcis
    if how is None:
        return
    notation = "JSON-LD" if how.is_json else "XML"
    profile = f", checked with the profile `{how.profile}`"
    yield from ("## Content", "", f"EPCIS {how.version} as {notation}{profile}.")
    if how.history:
        yield "Commissioning and packing of all that is shipped come first, reduced to it, with"
        yield "master data and the transaction statement."
    yield ""


def _fields(form: Form) -> Iterator[str]:
    yield from ("## Content", "", "| Name | From | Written as | |", "|---|---|---|---|")
    for depth, field in walk(form.fields):
        if field.name or field.of:
            yield _row(depth, field)
    yield ""
    if form.checks:
        yield from ("## Among rows", "")
        for each in form.checks:
            said = (ROW_CHECKS[each.check].__doc__ or "").splitlines()[0].rstrip(".")
            told = ", ".join(f"{name} `{text}`" for name, text in each.arguments.items())
            yield f"- {said}{f': {told}' if told else ''}."
        yield ""


def _row(depth: int, field: Field) -> str:
    name = f"{'· ' * depth}`{field.name or 'its text'}`"
    source = f"always `{field.text}`" if field.text else f"`{field.of}`" if field.of else ""
    if field.each:
        source = f"each of `{field.each}`{f': {source}' if source else ''}"
    written = "" if field.fields else KINDS[field.kind].expected
    if field.known:
        written = ", ".join(f"`{each}`" for each in field.known)
    if field.length_max:
        written += f", at most {field.length_max} characters"
    marks = [
        word
        for word, is_so in (
            ("optional", field.is_optional),
            (f"where `{field.when}`", bool(field.when)),
            ("not verified", field.is_unverified),
            (field.meaning, bool(field.meaning)),
        )
        if is_so
    ]
    return f"| {name} | {source} | {_cell(written)} | {_cell('; '.join(marks))} |"


def _facts(form: Form) -> Iterator[str]:
    for heading, facts in (
        ("Facts of the report or the receiver", form.facts),
        ("Facts of the trade item", form.item_facts),
        ("Facts of places and parties", form.place_facts),
    ):
        if facts:
            yield from (f"## {heading}", "", "| Name | What it is |", "|---|---|")
            for name, what in facts.items():
                given = form.defaults.get(name) if facts is form.facts else None
                yield f"| `{name}` | {_cell(what)}{f' (else `{given}`)' if given else ''} |"
            yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
