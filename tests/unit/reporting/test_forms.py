"""Every form, of whatever market: it can be filled, and what it writes keeps to it."""

from __future__ import annotations

import inspect
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.reporting import sample

from packtrail.base.errors import RefusedError
from packtrail.compliance.entries import Duty
from packtrail.reporting import branches, catalogue, material
from packtrail.reporting.answers import READERS
from packtrail.reporting.branches import Branch
from packtrail.reporting.building import build, check_file
from packtrail.reporting.composing import column_names, lists_of
from packtrail.reporting.forms import Field, Form, walk
from packtrail.reporting.kinds import KINDS
from packtrail.reporting.row_checks import ROW_CHECKS
from packtrail.reporting.words import Carrier
from packtrail.services import rule_packs

GOLDEN = Path(__file__).parent / "golden"
FORMS = tuple(catalogue.forms().values())
TABLES = tuple(form for form in FORMS if form.carrier is not Carrier.EPCIS)
NOT_BUILT = {"gs1_lightweight_verification"}
"""Formats of duties that are messages of other parts of Packtrail, not reports."""


def named(form: Form) -> str:
    return form.id


@pytest.mark.parametrize("form", FORMS, ids=named)
def test_whatever_a_form_writes_keeps_to_it(form: Form) -> None:
    composed = build(form, sample.material_for(form))
    assert composed.files
    assert composed.findings == ()
    assert len({made.name for made in composed.files}) == len(composed.files)
    for made in composed.files:
        checked = check_file(form, made.content, on=sample.MADE_AT)
        assert checked.findings == ()
        assert checked.score == 100
        assert checked.lines > 0


@pytest.mark.parametrize("form", FORMS, ids=named)
def test_a_form_writes_what_it_has_always_written(form: Form) -> None:
    """Golden files: set PACKTRAIL_WRITE_GOLDEN=1 to write them anew, and read the difference."""
    made = build(form, sample.material_for(form)).files[0]
    path = GOLDEN / f"{form.id}.{form.suffix}"
    if os.environ.get("PACKTRAIL_WRITE_GOLDEN"):
        path.write_bytes(made.content)
    assert made.content == path.read_bytes()


@pytest.mark.parametrize("form", TABLES, ids=named)
def test_no_element_of_a_form_can_be_left_out_or_spoilt_unseen(form: Form) -> None:
    content = build(form, sample.material_for(form)).files[0].content
    leaves = [each for each in _parse(form, content).walk() if each.text is not None]
    for number in {*range(min(len(leaves), 60)), len(leaves) - 1}:
        if leaves[number].name.startswith("@header"):
            continue
        _spoilt(form, content, number, "\x07")
        _spoilt(form, content, number, None)


def _spoilt(form: Form, content: bytes, number: int, text: str | None) -> None:
    """Write a file with one value spoilt or left out, and see that the check tells."""
    root = _parse(form, content)
    leaf = [each for each in root.walk() if each.text is not None][number]
    described = _described(form, leaf)
    if text is None and (described.is_optional or described.when or _has_siblings(root, leaf)):
        return
    if text is not None and (form.carrier is Carrier.XML or described.kind == "text"):
        text = ""  # XML has no place for the character, and a text may be anything else.
        if form.carrier is Carrier.CSV and described.is_optional:
            return
    leaf.text = text or ""
    if text is None and form.carrier is not Carrier.CSV:
        above = next(each for each in root.walk() if leaf in each.parts)
        above.parts.remove(leaf)
    checked = check_file(form, _written(form, root), on=sample.MADE_AT)
    assert checked.score < 100, (form.id, leaf.at, described.name)
    assert any(finding.at for finding in checked.findings)


def _described(form: Form, leaf: Branch) -> Field:
    """Return the field of a leaf, by its name; of several the most lenient."""
    found = [each for _, each in walk(form.fields) if each.name == leaf.name]
    return next((each for each in found if each.is_optional or each.when), found[0])


def _has_siblings(root: Branch, leaf: Branch) -> bool:
    above = next(each for each in root.walk() if leaf in each.parts)
    return [each.name for each in above.parts].count(leaf.name) > 1


def _parse(form: Form, content: bytes) -> Branch:
    columns = () if form.header else column_names(form)
    root = branches.parse(form.carrier, content, namespaces=form.namespaces, columns=columns)
    if form.carrier is Carrier.CSV:
        root.parts.pop(0)
    return root


def _written(form: Form, root: Branch) -> bytes:
    columns = column_names(form) if form.header else ()
    return branches.write(
        form.carrier,
        root,
        namespaces=form.namespaces,
        columns=columns,
        lists=lists_of(form),
    )


# --- the tables themselves ------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS, ids=named)
def test_a_form_names_nothing_that_does_not_exist(form: Form) -> None:
    assert form.sources, "who says that it looks like this"
    assert form.answer in READERS
    assert form.note or form.grounds.is_verified, "what is not known must be said"
    for check in form.checks:
        wanted = list(inspect.signature(ROW_CHECKS[check.check]).parameters)[1:]
        assert set(check.arguments) <= set(wanted)
    for _, field in walk(form.fields):
        assert field.kind in KINDS
        assert not field.group
        assert field.names in {"", "object", "gtin", "serial", "lot", "expiry"}
        if field.names == "object":
            assert KINDS[field.kind].identifies


@pytest.mark.parametrize("form", TABLES, ids=named)
def test_every_path_of_a_form_leads_to_something(form: Form) -> None:
    _follow(form, form.fields, {name: name for name in material.names_of(material.Material)})


_MEMBERS = {
    "handled": "node", "tops": "node", "units": "unit", "packs": "unit", "holders": "holder",
    "packings": "holder", "packings_of_packs": "holder", "packings_of_units": "holder",
    "boxes": "holder", "batches": "batch", "loose": "batch", "contents": "batch",
    "items": "item", "markets": "market", "wholesalers": "place", "acts": "act", "links": "link",
}  # fmt: skip
_KINDS = {
    "unit": material.Unit, "holder": material.Holder, "batch": material.Batch,
    "item": material.Item, "market": material.MarketEntry, "act": material.Act,
    "link": material.Link, "report": material.About, "paper": material.Paper,
    "packing": material.Holder, "parent": material.Holder,
}  # fmt: skip
_PLACES = {"sender", "receiver", "origin", "goal", "location", "read_point", "place"}
_OPEN = _PLACES | {"item", "market", "fact"}
"""What facts may be asked of."""


def _follow(form: Form, fields: tuple[Field, ...], scope: dict[str, str]) -> None:
    for field in fields:
        inner = dict(scope)
        if field.each:
            assert _kind_of(form, field.each, scope)
            inner[field.by] = _MEMBERS[field.each.rpartition(".")[2]]
        for path in [field.of, field.when, *re.findall(r"\{([\w.]+)\}", field.text)]:
            for way in filter(None, path.split(" or ")):
                assert _kind_of(form, way, inner), f"{form.id}: {way} leads nowhere"
        _follow(form, field.fields, inner)


def _kind_of(form: Form, path: str, scope: dict[str, str]) -> str:
    first, *rest = path.split(".")
    kind = scope.get(first, "")
    for name in rest:
        if kind == "fact":
            return "text" if name in form.facts or name in form.defaults else ""
        if kind in _PLACES:
            is_known = name in material.names_of(material.Place) or name in form.place_facts
            return "text" if is_known else ""
        known = _names_of(kind)
        if name not in known:
            is_told = kind in {"item", "market"} and _is_told(form, kind, name)
            return "text" if is_told else ""
        kind = name if name in _KINDS or name in _PLACES or name in _MEMBERS else "text"
    return kind


def _names_of(kind: str) -> frozenset[str]:
    if kind == "node":
        return material.names_of(material.Unit) | material.names_of(material.Holder)
    return material.names_of(_KINDS[kind]) if kind in _KINDS else frozenset()


def _is_told(form: Form, kind: str, name: str) -> bool:
    return (f"XX.{name}" if kind == "market" else name) in form.item_facts


def test_every_format_that_a_duty_asks_for_can_be_built() -> None:
    built = {form.format for form in FORMS}
    asked = {duty.format for duty in _duties() if duty.format} - NOT_BUILT
    assert asked <= built


def _duties() -> list[Duty]:
    return [duty for pack in rule_packs.built_in() for duty in pack.duties.values()]


def test_an_unknown_form_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RefusedError, match="Did you mean 'eg_csv'"):
        catalogue.form("eg_cvs")


def test_a_high_risk_is_notified_without_saying_what_it_turned_out_to_be() -> None:
    form = catalogue.form("us_3911")
    made_of = sample.material_for(form)
    fact = {name: text for name, text in made_of.fact.items() if name != "classification"}
    about = replace(made_of.report, happening="high_risk")

    made = build(form, replace(made_of, fact=fact, report=about))

    assert made.findings == ()
    assert b'"classification": "high_risk"' in made.files[0].content
    confirmed = build(form, replace(made_of, fact=fact))
    assert [each.message for each in confirmed.findings] == [
        (
            "counterfeit, diverted, stolen, intentional_adulteration, unfit, fraudulent_transaction"
            " or high_risk (classification, of the report or the receiver) is"
            " 'illegitimate_product', which is none of counterfeit, diverted, stolen,"
            " intentional_adulteration, unfit, fraudulent_transaction, high_risk, for A1, B2."
        )
    ]
