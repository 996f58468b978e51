"""Loading: from the files of a pack to a value, with everything that is wrong on the way.

    eu_fmd/  pack.toml  sources.yaml  parameters/*.yaml  rules/*.yaml  exemptions/*.yaml
             calendar/*.yaml  cases/*.yaml

Nothing is read from a disk here: whoever has the files hands in their names and bytes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from packtrail.base.errors import RefusedError
from packtrail.base.findings import has_errors
from packtrail.compliance import codes
from packtrail.compliance.checks import CHECKS
from packtrail.compliance.decoding import decode, decode_each
from packtrail.compliance.entries import (
    Case,
    Deadline,
    Duty,
    Exemption,
    Parameter,
    Reference,
    Rule,
)
from packtrail.compliance.nodes import Items, Node, Table, Text, read
from packtrail.compliance.packs import Heading, Layer, Pack, digest
from packtrail.compliance.statements import Source, Statement
from packtrail.compliance.subjects import SUBJECTS, Subject
from packtrail.compliance.topics import SECTIONS, TOPICS, section_of
from packtrail.compliance.words import Confidence, FactStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packtrail.base.findings import Finding

T = TypeVar("T")

FOLDERS: Final = ("parameters", "rules", "exemptions", "calendar", "cases")
FILES_MAX: Final = 200
_PACK_ID: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
_NAME: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")
_UNDATED: Final = "undated"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pack, where it could be read, and what is wrong with it."""

    pack: Pack | None
    findings: tuple[Finding, ...]

    def required(self) -> Pack:
        """Return the pack.

        Raises:
            RefusedError: It has errors; all its findings.
        """
        if self.pack is None or has_errors(self.findings):
            raise RefusedError(*self.findings)
        return self.pack


def load(files: Mapping[str, bytes]) -> Loaded:
    """Read the files of one pack.

    Args:
        files: Name below the folder of the pack, with forward slashes -> bytes. At most 200.

    Returns:
        The pack, None where `pack.toml` cannot be read; entries with defects are left out of it.
    """
    if len(files) > FILES_MAX:
        message = f"The pack has {len(files)} files; {FILES_MAX} are the most."
        return Loaded(None, (codes.BAD_PACK.found(message),))
    findings: list[Finding] = []
    heading = _heading(files, findings)
    if heading is None:
        return Loaded(None, tuple(findings))
    reader = _Reader(heading, findings)
    for name in sorted(files):
        reader.take(name, files[name])
    layer = Layer(heading.id, heading.version, digest(files))
    return Loaded(reader.pack(layer), tuple(findings))


def read_subject(content: bytes, name: str) -> tuple[Subject | None, tuple[Finding, ...]]:
    """Read a subject on its own: a table with one key, the kind of the subject, as in a case.

    Args:
        content: YAML, or JSON.
        name: The file, as findings name it.
    """
    table, defects = read(content, name)
    findings = list(defects)
    subject = None if has_errors(findings) else subject_of(table, name, findings)
    for key in table.entries.keys() - set(SUBJECTS):
        message = f"The key {key!r} does not belong here; known are {', '.join(SUBJECTS)}."
        findings.append(codes.UNKNOWN_KEY.found(message, at=table.keys_at[key]))
    return subject, tuple(findings)


def subject_of(node: Node, at: str, findings: list[Finding]) -> Subject | None:
    """Return the subject of a table: the key tells which kind it is.

    Args:
        node: The table; other keys of it are not looked at.
        at: What findings call the place.
        findings: Where every defect is added.
    """
    entries = node.entries if isinstance(node, Table) else {}
    named = [kind for kind in SUBJECTS if kind.value in entries]
    if len(named) != 1:
        message = f"There must be one subject: one of {', '.join(SUBJECTS)}."
        findings.append(codes.MISSING_KEY.found(message, at=at))
        return None
    (kind,) = named
    return decode(entries[kind.value], SUBJECTS[kind], findings)


def _heading(files: Mapping[str, bytes], findings: list[Finding]) -> Heading | None:
    name = "pack.toml"
    if name not in files:
        findings.append(codes.BAD_PACK.found("There is no pack.toml.", at=name))
        return None
    try:
        table = tomllib.loads(files[name].decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        findings.append(codes.UNREADABLE.found(f"This is not TOML: {error}.", at=name))
        return None
    heading = decode(_node(table, name), Heading, findings)
    if heading is None:
        return None
    findings.extend(_heading_defects(heading, name))
    return heading


def _node(value: Any, at: str) -> Node:
    """Return a TOML value as a node: dates and numbers as the text that was written."""
    if isinstance(value, dict):
        entries = {key: _node(each, f"{at}, {key}") for key, each in value.items()}
        return Table(entries, at, {key: f"{at}, {key}" for key in entries})
    if isinstance(value, list):
        return Items(tuple(_node(each, at) for each in value), at)
    if isinstance(value, bool):
        return Text("yes" if value else "no", at)
    return Text(value.isoformat() if isinstance(value, date) else str(value), at)


def _heading_defects(heading: Heading, at: str) -> Iterator[Finding]:
    if not _PACK_ID.fullmatch(heading.id):
        message = f"The id {heading.id!r} is not small letters and digits with underscores."
        yield codes.BAD_PACK.found(message, at=f"{at}, id")
    if not _CODE.fullmatch(heading.code):
        message = f"The code {heading.code!r} is not capitals and digits with hyphens."
        yield codes.BAD_PACK.found(message, at=f"{at}, code")
    if bool(heading.market) == bool(heading.overlays):
        message = "A pack has a market of its own, or it overlays another pack: one of the two."
        yield codes.BAD_PACK.found(message, at=f"{at}, market")
    if heading.market and not heading.name:
        yield codes.BAD_PACK.found("The market has no name.", at=f"{at}, name")
    if heading.withdraws and not heading.withdraws_because:
        message = f"It is not said why {', '.join(heading.withdraws)} does not hold here."
        yield codes.BAD_PACK.found(message, at=f"{at}, withdraws_because")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One value of a parameter, as it stands in a file."""

    sources: tuple[str, ...]
    confidence: Confidence
    value: Any = None
    status: FactStatus = FactStatus.KNOWN
    true_on: date | None = None
    note: str = ""


@dataclass(slots=True)
class _Reader:
    """Takes in the files of a pack, one after the other."""

    heading: Heading
    findings: list[Finding]
    sources: dict[str, Source] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    exemptions: dict[str, Exemption] = field(default_factory=dict)
    deadlines: dict[str, Deadline] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)

    def take(self, name: str, content: bytes) -> None:
        """Read one file into what is known already."""
        if name == "pack.toml":
            return
        folder, _, rest = name.rpartition("/")
        is_known = name == "sources.yaml" or (folder in FOLDERS and rest.endswith(".yaml"))
        if not is_known:
            message = f"The file {name} is none of sources.yaml and {', '.join(FOLDERS)}/*.yaml."
            self.findings.append(codes.BAD_PACK.found(message, at=name))
            return
        table, defects = read(content, name)
        self.findings.extend(defects)
        takers: dict[str, Callable[[Table], None]] = {
            "": self._take_sources,
            "parameters": self._take_parameters,
            "rules": self._take_rules,
            "exemptions": self._take_exemptions,
            "calendar": self._take_calendar,
            "cases": self._take_cases,
        }
        takers[folder](table)

    def pack(self, layer: Layer) -> Pack:
        """Return all that was read as a pack."""
        return Pack(
            heading=self.heading,
            layers=(layer,),
            sources=self.sources,
            parameters=self.parameters,
            rules=self.rules,
            exemptions=self.exemptions,
            deadlines=self.deadlines,
            duties=self.duties,
            cases=tuple(self.cases),
        )

    def _take_sources(self, table: Table) -> None:
        self.sources |= decode_each(table, Source, self.findings)

    def _take_parameters(self, table: Table) -> None:
        for name, node in table.entries.items():
            at = table.keys_at[name]
            if not _NAME.fullmatch(name) or section_of(name) not in SECTIONS:
                message = f"The name {name!r} does not begin with one of {', '.join(SECTIONS)}."
                self.findings.append(codes.UNKNOWN_NAME.found(message, at=at))
            elif self._is_new(name, self.parameters, at):
                parameter = self._parameter(name, node)
                if parameter is not None:
                    self.parameters[name] = parameter

    def _parameter(self, name: str, node: Node) -> Parameter | None:
        said = node.entries if isinstance(node, Table) else {}
        if not said:
            message = f"The parameter {name} has no value: write a day or `{_UNDATED}` with one."
            self.findings.append(codes.MISSING_KEY.found(message, at=node.at))
            return None
        kind = TOPICS[name].kind if name in TOPICS else str
        statements = [self._statement(day, each, kind) for day, each in said.items()]
        whole = [each for each in statements if each is not None]
        whole.sort(key=lambda each: each.from_on or date.min)
        return Parameter(name=name, statements=tuple(whole)) if len(whole) == len(said) else None

    def _statement(self, day: str, node: Node, kind: Any) -> Statement | None:
        from_on = None
        if day != _UNDATED:
            from_on = decode(Text(day, node.at), date, self.findings)
            if from_on is None:
                return None
        said = decode(node, _Said, self.findings)
        if said is None:
            return None
        is_unknown = said.status is FactStatus.UNKNOWN
        if is_unknown == isinstance(said.value, Text | Items | Table):
            message = (
                "What is unknown has no value; put what is guessed into the note."
                if is_unknown
                else "The value is missing; where it is unknown, write `status: unknown`."
            )
            self.findings.append(codes.BAD_VALUE.found(message, at=node.at))
            return None
        value = None if is_unknown else decode(said.value, kind, self.findings)
        if value is None and not is_unknown:
            return None
        return Statement(
            value=value, from_on=from_on, status=said.status, confidence=said.confidence,
            sources=said.sources, true_on=said.true_on or self.heading.true_on, note=said.note,
            pack_id=self.heading.id,
        )  # fmt: skip

    def _take_rules(self, table: Table) -> None:
        found = decode_each(table, Rule, self.findings, code=_key, pack_id=self._own)
        for code, rule in found.items():
            at = table.keys_at[code]
            if not re.fullmatch(rf"{re.escape(self.heading.code)}-\d{{3}}", code):
                message = f"The code {code!r} is not {self.heading.code}- and three digits."
                self.findings.append(codes.UNKNOWN_NAME.found(message, at=at))
            elif self._is_new(code, self.rules, at):
                whole = self._with_arguments(rule, table.entries[code])
                if whole is not None:
                    self.rules[code] = whole

    def _with_arguments(self, rule: Rule, node: Node) -> Rule | None:
        """Return a rule whose arguments are values or references, as its check takes them."""
        before = len(self.findings)
        check = CHECKS.get(rule.check)
        if check is None:
            message = f"There is no check {rule.check!r}; there are {', '.join(sorted(CHECKS))}."
            self.findings.append(codes.UNKNOWN_NAME.found(message, at=node.at))
            return None
        if rule.subject not in check.kinds:
            kinds = ", ".join(sorted(check.kinds))
            message = f"The check {rule.check} is about {kinds}, not about {rule.subject.value}."
            self.findings.append(codes.BAD_VALUE.found(message, at=node.at))
        given = node.entries.get("with") if isinstance(node, Table) else None
        arguments: dict[str, Any] = {}
        for name, each in given.entries.items() if isinstance(given, Table) else ():
            if name not in check.arguments:
                message = f"The check {rule.check} takes no {name!r}."
                self.findings.append(codes.UNKNOWN_KEY.found(message, at=each.at))
                continue
            value = self._argument(each, check.arguments[name])
            if value is not None:
                arguments[name] = value
        missing = check.required - arguments.keys()
        if missing:
            message = f"The check {rule.check} needs {', '.join(sorted(missing))}."
            self.findings.append(codes.MISSING_KEY.found(message, at=node.at))
        return replace(rule, arguments=arguments) if len(self.findings) == before else None

    def _argument(self, node: Node, kind: Any) -> Any:
        if isinstance(node, Table) and set(node.entries) == {"parameter"}:
            name = decode(node.entries["parameter"], str, self.findings)
            return None if name is None else Reference(name)
        return decode(node, kind, self.findings)

    def _take_exemptions(self, table: Table) -> None:
        found = decode_each(table, Exemption, self.findings, name=_key, pack_id=self._own)
        self.exemptions |= self._new(found, self.exemptions, table)

    def _take_calendar(self, table: Table) -> None:
        kinds: dict[str, tuple[Any, dict[str, Any]]] = {
            "deadlines": (Deadline, self.deadlines),
            "duties": (Duty, self.duties),
        }
        for name, node in table.entries.items():
            if name not in kinds or not isinstance(node, Table):
                message = f"A calendar has the tables deadlines and duties, not {name!r}."
                self.findings.append(codes.UNKNOWN_KEY.found(message, at=table.keys_at[name]))
                continue
            kind, known = kinds[name]
            found = decode_each(node, kind, self.findings, name=_key, pack_id=self._own)
            known |= self._new(found, known, node)

    def _take_cases(self, table: Table) -> None:
        for sentence, node in table.entries.items():
            case = self._case(sentence, node, table.keys_at[sentence])
            if case is not None:
                self.cases.append(case)

    def _case(self, sentence: str, node: Node, at: str) -> Case | None:
        """Read a case: a table of its own with one key for its subject."""
        subject = subject_of(node, at, self.findings)
        if subject is None or not isinstance(node, Table):
            return None
        entries = {key: each for key, each in node.entries.items() if key not in SUBJECTS}
        rest = Table(entries, node.at, node.keys_at)
        given: dict[str, Callable[[str, Node], Any]] = {
            "name": _key,
            "pack_id": self._own,
            "subject": lambda _name, _node: subject,
            "at": lambda _name, _node: at,
        }
        named_case = Table({sentence: rest}, at, {sentence: at})
        return decode_each(named_case, Case, self.findings, **given).get(sentence)

    def _own(self, _name: str, _node: Node) -> str:
        return self.heading.id

    def _new(self, found: Mapping[str, T], known: Mapping[str, Any], table: Table) -> dict[str, T]:
        return {
            name: each
            for name, each in found.items()
            if self._is_new(name, known, table.keys_at[name])
        }

    def _is_new(self, name: str, known: Mapping[str, Any], at: str) -> bool:
        if name in known:
            self.findings.append(
                codes.NAME_TWICE.found(f"The name {name!r} stands in two files.", at=at)
            )
        return name not in known


def _key(name: str, _node: Node) -> str:
    return name


__all__ = ["Loaded", "Subject", "load"]
