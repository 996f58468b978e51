"""The catalogue: all forms that are known, read from `layouts/*.yaml` once.

common:   what all forms of the file say; `frame` is what stands around the fields of each
groups:   fields that several forms share, by name
forms:    by id

>>> form("eg_csv").title
'Events of a lot or shipment, for EPTTS (CSV)'
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.compliance.decoding import decode
from packtrail.compliance.nodes import Items, Node, Table, Text, read
from packtrail.reporting import codes
from packtrail.reporting.forms import Field, Form

if TYPE_CHECKING:
    from packtrail.base.findings import Finding

_BODY: Final = "body"
"""The group that stands for the fields of a form, in a frame."""


def form(form_id: str) -> Form:
    """Return a form.

    Raises:
        RefusedError: There is none of this name (REP-024).
    """
    known = forms()
    if form_id not in known:
        near = difflib.get_close_matches(form_id, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise RefusedError(codes.NO_FORM.found(f"There is no form {form_id!r}.{hint}"))
    return known[form_id]


def forms_of(market: str) -> tuple[Form, ...]:
    """Return the forms of a market, in the order of the layouts."""
    return tuple(each for each in forms().values() if each.market == market)


@cache
def forms() -> Mapping[str, Form]:
    """Return all forms by id."""
    found: dict[str, Form] = {}
    folder = resources.files("packtrail.reporting") / "layouts"
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".yaml"):
            for each in read_layout(entry.read_bytes(), entry.name):
                found[each.id] = each
    return found


def read_layout(content: bytes, name: str) -> tuple[Form, ...]:
    """Return the forms of one file.

    Raises:
        RefusedError: Something in it is wrong; every defect with its line and column.
    """
    table, defects = read(content, name)
    findings = list(defects)
    common = _table(table, "common")
    frame = _fields(common.pop("frame", None), findings)
    groups = {key: _fields(node, findings) for key, node in _table(table, "groups").items()}
    made = [_form(key, node, common, findings) for key, node in _table(table, "forms").items()]
    if has_errors(findings):
        raise RefusedError(*findings)
    return tuple(_resolved(each, frame, groups) for each in made if each)


def _table(table: Table, key: str) -> dict[str, Node]:
    node = table.entries.get(key)
    return dict(node.entries) if isinstance(node, Table) else {}


def _fields(node: Node | None, findings: list[Finding]) -> tuple[Field, ...]:
    items = node.items if isinstance(node, Items) else ()
    decoded = [decode(each, Field, findings) for each in items]
    return tuple(each for each in decoded if each)


def _form(
    form_id: str, node: Node, common: Mapping[str, Node], findings: list[Finding]
) -> Form | None:
    own = node.entries if isinstance(node, Table) else {}
    entries = {**common, **own, "id": Text(form_id, node.at)}
    keys_at = {**dict.fromkeys(entries, node.at), **getattr(node, "keys_at", {})}
    return decode(Table(entries, node.at, keys_at), Form, findings)


def _resolved(
    form: Form, frame: tuple[Field, ...], groups: Mapping[str, tuple[Field, ...]]
) -> Form:
    """Return a form with its frame around it, and with the fields of groups in their places."""
    known = {**groups, _BODY: form.fields}
    return replace(form, fields=tuple(_opened(frame or form.fields, known)))


def _opened(fields: tuple[Field, ...], groups: Mapping[str, tuple[Field, ...]]) -> Iterator[Field]:
    for each in fields:
        if each.group:
            yield from _opened(groups[each.group], groups)
        else:
            yield replace(each, fields=tuple(_opened(each.fields, groups)))
