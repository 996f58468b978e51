"""What is asked of any input: an answer, a refusal or findings, and nothing else.

The bounded tests under `tests/properties` and `python -m tests.fuzz` ask the same.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

from packtrail import epcis, gs1
from packtrail.api.headers import read_extensions
from packtrail.api.soap.envelopes import Invalid, unwrapped
from packtrail.api.soap.operations import operation_of
from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.epcis import codes
from packtrail.epcis.profiles import NAMES
from packtrail.gs1.compression import decompress
from packtrail.gs1.conversions import Form, convert
from packtrail.gs1.descriptions import PACK, describe
from packtrail.gs1.ndc import ndc_digits_of, readings
from packtrail.gs1.numbering import shorten_to_upc_e
from packtrail.gs1.subjects import Prefixes, about
from packtrail.gs1.trade_items import to_gtin_14
from packtrail.services.queries import named_queries, parameters, schedules, tokens
from packtrail.services.queries.parameters import PARAMETERS

REGISTER = gs1.CompanyPrefixes.read(b"0614141\n030001\n4012345\n")
REFUSING: tuple[Callable[[str], object], ...] = (
    gs1.parse,
    gs1.parse_epc_uri,
    gs1.parse_digital_link,
    gs1.parse_element_string,
    gs1.parse_hri,
    gs1.read_digital_link,
    gs1.parse_tag_uri,
    gs1.read_tag,
    gs1.make_tag,
    gs1.parse_pattern,
    gs1.Ndc.parse,
    gs1.expand_upc_e,
    gs1.read_scan,
    lambda text: (shorten_to_upc_e(text),),
    lambda text: gs1.at_level(text, "1"),
    lambda text: gs1.next_sscc(text, prefix_length=7),
    lambda text: gs1.make_gtin(text, "1"),
    lambda text: gs1.make_sscc("0614141", text),
    lambda text: gs1.make_ntin("PZN", text),
    lambda text: gs1.make_ppn("11", text),
    to_gtin_14,
    lambda text: gs1.CompanyPrefixes.read(text.encode("utf-8", "replace")),
    about,
)
"""Readers of identifiers that refuse what they cannot read."""
ANSWERING: tuple[Callable[[str], object], ...] = (
    gs1.check,
    gs1.check_any,
    gs1.read_pack,
    gs1.diagnose,
    lambda text: gs1.diagnose(text, expecting=("01", "21", "17", "10")),
    lambda text: gs1.identify([text]),
    lambda text: gs1.to_digital_links([text]),
    lambda text: gs1.to_epc_uris([text], prefix_length=7),
    lambda text: gs1.to_element_strings([text]),
    lambda text: gs1.examine_element_string(text, associations=True, unknown=True),
    gs1.prefix_of,
    gs1.is_restricted,
    gs1.national_number_of,
    gs1.encodings_of,
    REGISTER.length_of,
    decompress,
    readings,
    ndc_digits_of,
    describe,
    lambda text: describe(text, expecting=PACK, prefixes=Prefixes(7, REGISTER)),
    lambda text: [convert(text, form, prefixes=Prefixes(7)) for form in Form],
)
"""Readers of identifiers that have an answer to anything."""


def ask_of_identifiers(text: str) -> None:
    """Read a text as everything an identifier, an element string or a scan may be."""
    for read in REFUSING:
        with contextlib.suppress(RefusedError):
            assert read(text)
    for look in ANSWERING:
        look(text)


def ask_of_documents(content: bytes) -> None:
    """Read, explain, validate, hash and write a document."""
    strict, tolerant = epcis.read(content), epcis.read(content, strict=False)

    assert strict.document or has_errors(strict.findings)
    assert tolerant.document or has_errors(tolerant.findings)
    assert all(finding.at for finding in strict.findings)
    assert epcis.explain(tolerant).sentences
    for name in NAMES:
        assert epcis.validate(tolerant, name)[: len(tolerant.findings)] == tolerant.findings
    if strict.document is None or has_errors(strict.findings):
        return
    events = strict.document.events
    again = epcis.read(epcis.write_json(strict.document))
    assert not has_errors(again.findings), again.findings
    assert again.document
    assert list(map(epcis.event_hash, again.document.events)) == list(map(epcis.event_hash, events))
    if not any(finding.code == codes.NOT_KEPT.code for finding in strict.findings):
        _ask_of_xml(strict.document)


def _ask_of_xml(document: epcis.EpcisDocument) -> None:
    """Write a document as XML: it is valid, and the same unless something was told to be lost."""
    for version in ("1.2", "2.0"):
        again = epcis.read(epcis.write_xml(document, version=version))
        assert again.document, again.findings
        assert not has_errors(again.findings), again.findings
        losses = epcis.lost_in(document, f"xml-{version}")  # type: ignore[arg-type]
        if not any(loss.code == codes.LOST.code for loss in losses):
            hashes = [epcis.event_hash(event) for event in again.document.events]
            assert hashes == [epcis.event_hash(event) for event in document.events]


def ask_of_requests(text: str) -> None:
    """Read a text as a SOAP request, a query, a parameter, a token, a header, a schedule."""
    content = text.encode("utf-8", "replace")
    with contextlib.suppress(Invalid):
        assert operation_of(unwrapped(content))
    with contextlib.suppress(RefusedError):
        assert named_queries.definition_of(content)
    for name in PARAMETERS:
        with contextlib.suppress(RefusedError):
            parameters.parse({name: text}, events_max=100)
    name, _, value = text.partition("=")
    for form in ("rest", "soap"):
        with contextlib.suppress(RefusedError):
            parameters.parse({name: value}, events_max=100, form=form)
    assert tokens.read(text, b"secret") is None
    read_extensions(text)
    with contextlib.suppress(RefusedError):
        at = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
        schedules.next_after(schedules.parse({"hour": text, "dayOfMonth": name}), at)
