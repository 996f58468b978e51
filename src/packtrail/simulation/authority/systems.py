"""The systems: what each takes, what it remembers, and how it answers."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

import msgspec
from lxml import etree

from packtrail.reporting import catalogue
from packtrail.reporting.building import check_file
from packtrail.reporting.composing import column_names
from packtrail.reporting.words import Carrier

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.reporting.checking import Checked, Sighting
    from packtrail.reporting.forms import Form
    from packtrail.simulation.authority.faults import Faults

_ROW: Final = re.compile(r"row (\d+)(?:, column \d+ \((\w+)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file that somebody hands in."""

    identity: str
    """As the sender names it on every try; empty where it names none."""
    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """What tells equal files."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer over HTTP."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that the system refuses."""

    code: str
    text: str
    where: Sighting | None = None
    at: str = ""


@dataclass(slots=True, kw_only=True)
class _Case:
    """A file that was taken in, and what came of it."""

    reference: str
    taken_at: datetime
    complaints: tuple[Complaint, ...]
    objects: int
    form: str


@dataclass(slots=True)
class Authority(ABC):
    """A system that takes reports.

    Attributes:
        faults: What goes wrong.
        clock: The time now, aware.
    """

    faults: Faults
    clock: Callable[[], datetime]
    known: dict[tuple[str, str], str] = field(default_factory=dict)
    """Packs that were reported: key -> state."""
    _cases: dict[str, _Case] = field(default_factory=dict)
    _by_identity: dict[str, str] = field(default_factory=dict)
    _seen: int = 0

    NAME = ""

    def receive(self, incoming: Incoming) -> Said:
        """Take a file in; a second try of the same gets the answer of the first."""
        mark = incoming.identity or incoming.digest
        reference = self._by_identity.get(mark)
        if reference is None or self.faults.forgets:
            reference = f"{self.NAME}-{len(self._cases) + 1:06d}"
            self._cases[reference] = self._case(reference, incoming)
            self._by_identity[mark] = reference
        return self._taken_in(self._cases[reference])

    def ask(self, reference: str) -> Said:
        """Answer whoever asks for a report."""
        case = self._cases.get(reference)
        if case is None:
            return Said(status=404, media_type="text/plain", body=b"no such report")
        due = case.taken_at + timedelta(seconds=self.faults.late_seconds)
        return self._answer(case) if self.clock() >= due else self._not_yet(case)

    def _case(self, reference: str, incoming: Incoming) -> _Case:
        form = self._form_of(incoming)
        if form is None:
            complaint = Complaint(code="0", text="The document is of no type that is known.")
            return self._made(reference, (complaint,), 0, "")
        checked = check_file(form, incoming.content, on=self.clock())
        complaints = [
            *_of_findings(checked),
            *self._of_contents(form, incoming, checked),
            *self._by_chance(checked),
        ]
        if not complaints or self._takes_parts():
            refused = {each.where.key for each in complaints if each.where}
            for each in checked.objects:
                if each.key not in refused:
                    self.known[each.key] = form.happenings[0]
        return self._made(reference, tuple(complaints), len(checked.objects), form.id)

    def _made(
        self, reference: str, complaints: tuple[Complaint, ...], objects: int, form: str
    ) -> _Case:
        return _Case(
            reference=reference,
            taken_at=self.clock(),
            complaints=complaints,
            objects=objects,
            form=form,
        )

    def _by_chance(self, checked: Checked) -> Iterator[Complaint]:
        """Refuse every so many packs."""
        if not self.faults.reject_every:
            return
        for each in checked.objects:
            self._seen += 1
            if self._seen % self.faults.reject_every == 0:
                yield Complaint(code="99", text="Refused by the rehearsal.", where=each, at=each.at)

    def _takes_parts(self) -> bool:
        """Whether the good part of a file is taken when another part is not."""
        return True

    @abstractmethod
    def _form_of(self, incoming: Incoming) -> Form | None:
        """Return what kind of file it is."""

    @abstractmethod
    def _of_contents(self, form: Form, incoming: Incoming, checked: Checked) -> Iterator[Complaint]:
        """Yield what does not fit to what the system knows."""

    @abstractmethod
    def _taken_in(self, case: _Case) -> Said:
        """Return what is said at once."""

    @abstractmethod
    def _not_yet(self, case: _Case) -> Said:
        """Return what is said while the system is at work."""

    @abstractmethod
    def _answer(self, case: _Case) -> Said:
        """Return what is said in the end."""


def _of_findings(checked: Checked) -> Iterator[Complaint]:
    """Yield what is wrong with a file by its form, and the object at the same place."""
    by_place = {each.at: each for each in checked.objects}
    for finding in checked.findings:
        if finding.severity.value == "error":
            yield Complaint(
                code=finding.code,
                text=finding.message,
                where=_object_at(finding, by_place),
                at=finding.at,
            )


def _object_at(finding: Finding, by_place: Mapping[str, Sighting]) -> Sighting | None:
    match = _ROW.match(finding.at)
    if match is None:
        return by_place.get(finding.at)
    row = f"row {match[1]},"
    return next((each for at, each in by_place.items() if at.startswith(row)), None)


# --- the hub of the EU ----------------------------------------------------------------------------


@dataclass(slots=True)
class Hub(Authority):
    """Takes product data, pack data and states; a batch needs a product that is known."""

    NAME = "hub"
    _products: dict[str, str] = field(default_factory=dict)

    def _form_of(self, incoming: Incoming) -> Form | None:
        return _by_element(incoming, catalogue.forms_of("EU"))

    def _of_contents(self, form: Form, incoming: Incoming, checked: Checked) -> Iterator[Complaint]:
        text = incoming.content.decode("utf-8", errors="replace")
        code, version = _element(text, "code"), _element(text, "version")
        if form.id == "eu_product_data":
            self._products[code] = version
        elif form.id == "eu_pack_data":
            if self._products.get(code) != version:
                said = f"The product {code} is not known in version {version}."
                yield Complaint(code="A16", text=said)
            for each in checked.objects:
                if each.key in self.known:
                    yield Complaint(
                        code="I1", text="The pack exists already.", where=each, at=each.at
                    )
        elif form.id == "eu_pack_state":
            for each in checked.objects:
                if each.key not in self.known:
                    yield Complaint(code="I2", text="The pack is unknown.", where=each, at=each.at)

    def _taken_in(self, case: _Case) -> Said:
        return self._said(202, f'<answer status="PROCESSING" reference="{case.reference}"/>')

    def _not_yet(self, case: _Case) -> Said:
        return self._taken_in(case)

    def _answer(self, case: _Case) -> Said:
        errors = "".join(
            f'<error code="{each.code}"'
            + (
                f" gtin={quoteattr(each.where.class_key.partition('/')[2])}"
                f" serial={quoteattr(each.where.item_key)}"
                if each.where
                else ""
            )
            + f">{escape(each.text)}</error>"
            for each in case.complaints
        )
        named = {each.where.key for each in case.complaints if each.where}
        is_part = bool(named) and len(named) < case.objects
        is_part = is_part and all(each.where for each in case.complaints)
        status = "ACCEPTED" if not case.complaints else "PARTLY" if is_part else "REJECTED"
        return self._said(
            200, f'<answer status="{status}" reference="{case.reference}">{errors}</answer>'
        )

    def _said(self, status: int, body: str) -> Said:
        return Said(status=status, media_type="application/xml", body=body.encode())


# --- MDLP -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Mdlp(Authority):
    """Takes documents valid against its schemas; packs must have been emitted before."""

    NAME = "mdlp"
    schema: etree.XMLSchema | None = None
    """The operator's schemas, where they are at hand."""

    def _form_of(self, incoming: Incoming) -> Form | None:
        return _by_element(incoming, catalogue.forms_of("RU"))

    def _of_contents(self, form: Form, incoming: Incoming, checked: Checked) -> Iterator[Complaint]:
        if self.schema is not None:
            root = _parsed(incoming.content)
            if not self.schema.validate(root):
                yield Complaint(code="4", text=str(self.schema.error_log)[:500])
        if form.id in {"ru_10311", "ru_10319"} or "pack" in form.happenings:
            return
        for each in checked.objects:
            if each.class_key.startswith("sgtin/") and each.key not in self.known:
                yield Complaint(code="7", text="The pack is unknown.", where=each, at=each.at)

    def _taken_in(self, case: _Case) -> Said:
        body = msgspec.json.encode({"document_id": case.reference})
        return Said(status=200, media_type="application/json", body=body)

    def _not_yet(self, case: _Case) -> Said:  # noqa: ARG002
        return Said(status=404, media_type="text/plain", body=b"the document is being processed")

    def _answer(self, case: _Case) -> Said:
        named = {each.where.key for each in case.complaints if each.where}
        is_part = 0 < len(named) < case.objects and all(each.where for each in case.complaints)
        result = "Accepted" if not case.complaints else "Partial" if is_part else "Rejected"
        errors = "".join(
            f"<errors><error_code>{escape(each.code)}</error_code>"
            f"<error_desc>{escape(each.text)}</error_desc>{_object_id(each)}</errors>"
            for each in case.complaints
        )
        body = (
            f'<documents version="1.37"><result action_id="200"><operation>{case.form}</operation>'
            f"<operation_id>{case.reference}</operation_id>"
            f"<operation_result>{result}</operation_result>{errors}</result></documents>"
        )
        return Said(status=200, media_type="application/xml", body=body.encode())


def _object_id(complaint: Complaint) -> str:
    where = complaint.where
    if where is None:
        return ""
    gtin = where.class_key.removeprefix("sgtin/") if where.class_key.startswith("sgtin/") else ""
    return f"<object_id>{escape(gtin + where.item_key)}</object_id>"


# --- a portal for CSV -----------------------------------------------------------------------------


@dataclass(slots=True)
class Portal(Authority):
    """Takes tables; one wrong row rejects all."""

    NAME = "portal"

    def _form_of(self, incoming: Incoming) -> Form | None:
        head = incoming.content[:2_000].decode("utf-8", errors="replace").splitlines()
        first = head[0].lstrip("\ufeff") if head else ""
        tables = [each for each in catalogue.forms().values() if each.carrier is Carrier.CSV]
        return next(
            (each for each in tables if each.header and ",".join(column_names(each)) == first),
            catalogue.form("eg_csv"),
        )

    def _of_contents(self, *_: object) -> Iterator[Complaint]:
        yield from ()

    def _takes_parts(self) -> bool:
        return False

    def _taken_in(self, case: _Case) -> Said:
        return self._said(202, {"status": "processing", "uploadId": case.reference})

    def _not_yet(self, case: _Case) -> Said:
        return self._said(200, {"status": "processing", "uploadId": case.reference})

    def _answer(self, case: _Case) -> Said:
        errors = [dict(_portal_error(each)) for each in case.complaints]
        status = "rejected" if errors else "accepted"
        return self._said(200, {"status": status, "uploadId": case.reference, "errors": errors})

    def _said(self, status: int, body: Mapping[str, object]) -> Said:
        return Said(status=status, media_type="application/json", body=msgspec.json.encode(body))


def _portal_error(complaint: Complaint) -> Iterator[tuple[str, object]]:
    match = _ROW.match(complaint.at)
    if match:
        yield "row", int(match[1])
        if match[2]:
            yield "column", match[2]
    yield "code", complaint.code
    yield "message", complaint.text


# --- a trading partner ----------------------------------------------------------------------------


@dataclass(slots=True)
class Partner(Authority):
    """A wholesaler that takes transaction information in EPCIS, and says at once what is wrong."""

    NAME = "partner"

    def _form_of(self, incoming: Incoming) -> Form | None:
        return catalogue.form("us_ti_r13") if incoming.content.lstrip()[:1] == b"<" else None

    def _of_contents(self, *_: object) -> Iterator[Complaint]:
        yield from ()

    def _takes_parts(self) -> bool:
        return False

    def _taken_in(self, case: _Case) -> Said:
        told = "\n".join(f"{each.at} {each.text}".strip() for each in case.complaints)
        return Said(status=422 if told else 200, media_type="text/plain", body=told.encode())

    def _not_yet(self, case: _Case) -> Said:
        return self._taken_in(case)

    def _answer(self, case: _Case) -> Said:
        return self._taken_in(case)


# --- which document it is -------------------------------------------------------------------------


def _by_element(incoming: Incoming, forms: tuple[Form, ...]) -> Form | None:
    """Return the form whose element stands inside the outermost one."""
    try:
        root = _parsed(incoming.content)
    except etree.XMLSyntaxError:
        return None
    inner = next((etree.QName(each).localname for each in root if isinstance(each.tag, str)), "")
    return next((each for each in forms if each.fields[0].fields[-1].name == inner), None)


def _parsed(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def _element(text: str, name: str) -> str:
    match = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return match[1] if match else ""


SYSTEMS: Final[Mapping[str, type[Authority]]] = {
    "eu-hub": Hub,
    "mdlp": Mdlp,
    "portal": Portal,
    "partner": Partner,
}
"""Path of a system -> the system."""
