"""Checking: any file against the form of its receiver, line by line, before it leaves.

The same fields that write a file read it back. Every defect is told with its place; where a value
can be put right without guessing, the fix is told too, and can be applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from packtrail.reporting import branches, codes, row_checks
from packtrail.reporting.branches import Branch
from packtrail.reporting.composing import column_names, lists_of
from packtrail.reporting.kinds import KINDS
from packtrail.reporting.words import Carrier

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.reporting.forms import Field, Form

FINDINGS_MAX: Final = 1_000
"""Findings that are listed; the rest is counted."""
_SHOWN: Final = 60
_PARTS: Final = frozenset({"gtin", "lot", "expiry"})


@dataclass(frozen=True, slots=True)
class Fix:
    """A value that can be put right without guessing."""

    at: str
    field: str
    found: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """An object that a file names, and where."""

    at: str
    class_key: str
    item_key: str
    lot: str = ""
    expiry: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What the store knows it by."""
        return self.class_key, self.item_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of one file gave."""

    findings: tuple[Finding, ...] = ()
    """At most `FINDINGS_MAX`; errors that are not listed are counted all the same."""
    fixes: tuple[Fix, ...] = ()
    objects: tuple[Sighting, ...] = ()
    lines: int = 0
    """Lines of the file: rows, packs, events."""
    bad_lines: int = 0
    """Lines with an error."""
    is_refused: bool = False
    """Something is wrong with the file as a whole."""
    repaired: bytes | None = None
    """The file with all fixes applied, where there are any."""

    @property
    def score(self) -> int:
        """Percent of the lines without an error; 0 where the file as a whole is refused."""
        if self.is_refused or not self.lines:
            return 0
        good = self.lines - min(self.bad_lines, self.lines)
        return 100 if good == self.lines else min(99, 100 * good // self.lines)


def check(form: Form, content: bytes) -> Checked:
    """Check a file against a form that is a table of fields.

    Args:
        form: With another carrier than EPCIS.
        content: The file.
    """
    columns = () if form.header else column_names(form)
    try:
        root = branches.parse(form.carrier, content, namespaces=form.namespaces, columns=columns)
    except branches.Unreadable as reason:
        return Checked(findings=(codes.UNREADABLE.found(str(reason), at="/"),), is_refused=True)
    return _Matcher(form).checked(root)


@dataclass(slots=True)
class _Line:
    """Where the matcher is."""

    number: int = 0
    is_bad: bool = False
    parts: dict[str, str] = field(default_factory=dict)
    """GTIN, lot and expiry date that hold for what stands here."""


@dataclass(frozen=True, slots=True)
class _Expected:
    """A field as it may stand among its siblings."""

    position: int
    field: Field
    may_repeat: bool
    is_optional: bool


class _Matcher:
    def __init__(self, form: Form) -> None:
        self._form = form
        self._found: list[Finding] = []
        self._fixes: list[Fix] = []
        self._objects: list[Sighting] = []
        self._bad: set[int] = set()
        self._rows: list[row_checks.Row] = []
        self._lines = 0
        self._line = 0
        self._is_refused = False
        self._is_whole = True
        self._around: list[Field] = []

    def checked(self, root: Branch) -> Checked:
        form = self._form
        if form.carrier is Carrier.CSV and form.header:
            self._header(root)
        elif form.carrier is Carrier.CSV:
            root.parts.pop(0)
        if not self._is_refused:
            self._match(form.fields, root, {})
            self._among_rows()
        lines = max(self._lines, 1) if root.parts else self._lines
        return Checked(
            findings=tuple(self._found[:FINDINGS_MAX]),
            fixes=tuple(self._fixes),
            objects=tuple(self._objects),
            lines=lines,
            bad_lines=len(self._bad),
            is_refused=self._is_refused,
            repaired=self._written(root) if self._fixes and self._is_whole else None,
        )

    def _written(self, root: Branch) -> bytes:
        form = self._form
        return branches.write(
            form.carrier,
            root,
            namespaces=form.namespaces,
            columns=column_names(form) if form.header else (),
            lists=lists_of(form),
        )

    # --- the header of a table --------------------------------------------------------------------

    def _header(self, root: Branch) -> None:
        """Compare the first row; names that differ only in capitals, or in order, can be mended."""
        header = root.parts.pop(0)
        found, wanted = (header.text or "").split("\x1f"), list(column_names(self._form))
        if found == wanted:
            return
        by_name = {_folded(name): name for name in wanted}
        if len(found) != len(wanted) or {_folded(name) for name in found} != set(by_name):
            message = f"The columns are {', '.join(found)[:300]}; they must be {', '.join(wanted)}."
            self._refuse(codes.UNKNOWN_FIELD.found(message, at=header.at))
            return
        message = f"The columns are not written as in the template: {', '.join(wanted)}."
        self._say(codes.MISPLACED_FIELD.found(message, at=header.at), is_file=True)
        self._fixes.append(Fix(header.at, "header", ",".join(found), ",".join(wanted)))
        for row in root.parts:
            cells = {by_name.get(_folded(each.name), each.name): each for each in row.parts}
            row.parts = [_renamed(cells[name], name) for name in wanted if name in cells]

    # --- fields and branches ----------------------------------------------------------------------

    def _match(self, fields: Sequence[Field], branch: Branch, told: Mapping[str, str]) -> None:
        """Compare the parts of a branch with the fields that may stand there."""
        expected = list(self._expected(fields))
        by_name: dict[str, _Expected] = {}
        for one in expected:
            by_name.setdefault(one.field.name, one)
        told = {**told, **_parts_of(by_name, branch)}
        seen: dict[str, int] = {}
        last = -1
        for part in branch.parts:
            found = by_name.get(part.name)
            if found is None:
                self._unknown(part, by_name)
                continue
            seen[part.name] = seen.get(part.name, 0) + 1
            self._count(found, part, seen[part.name])
            if self._form.carrier is Carrier.XML and not part.name.startswith("@"):
                last = self._ordered(found, part, last)
            self._one(found.field, part, told)
        self._missing(expected, seen, branch)
        self._choose(fields, seen, branch)

    def _expected(self, fields: Sequence[Field]) -> Iterator[_Expected]:
        for position, each in enumerate(fields):
            if each.again:
                inner = next(one for one in reversed(self._around) if one.name == each.again)
                yield _Expected(position, inner, may_repeat=True, is_optional=True)
            elif each.name or not each.fields:
                is_optional = each.is_optional or bool(each.when)
                yield _Expected(position, each, bool(each.each), is_optional)
            else:
                for below in self._expected(each.fields):
                    yield replace(
                        below,
                        position=position,
                        may_repeat=bool(each.each) or below.may_repeat,
                        is_optional=bool(each.each or each.when) or below.is_optional,
                    )

    def _unknown(self, part: Branch, known: Mapping[str, _Expected]) -> None:
        names = ", ".join(name for name in known if name) or "nothing"
        message = f"{part.name[:_SHOWN]!r} does not belong here; known are {names}."
        self._say(codes.UNKNOWN_FIELD.found(message, at=part.at))
        self._is_whole = False

    def _count(self, found: _Expected, part: Branch, times: int) -> None:
        most = found.field.count_max
        if (not found.may_repeat and times == 2) or (most and times == most + 1):
            message = f"{part.name!r} stands more than {most or 1} times."
            self._say(codes.TOO_OFTEN.found(message, at=part.at))

    def _ordered(self, found: _Expected, part: Branch, last: int) -> int:
        if found.position < last:
            message = f"{part.name!r} must stand earlier."
            self._say(codes.MISPLACED_FIELD.found(message, at=part.at))
        return max(last, found.position)

    def _missing(
        self, expected: Sequence[_Expected], seen: Mapping[str, int], branch: Branch
    ) -> None:
        for one in expected:
            if not one.is_optional and one.field.name not in seen:
                name = one.field.name or "the text"
                message = f"{name!r} is missing in {branch.name or 'the file'!r}."
                self._say(codes.MISSING_FIELD.found(message, at=branch.at))

    def _choose(self, fields: Sequence[Field], seen: Mapping[str, int], branch: Branch) -> None:
        """Say where none of several stands, or more than the one that may."""
        for each in fields:
            if each.is_choice:
                names = [one.field.name for one in self._expected(each.fields)]
                there = [name for name in names if name in seen]
                if not there:
                    message = f"One of {', '.join(names)} is missing in {branch.name!r}."
                    self._say(codes.MISSING_FIELD.found(message, at=branch.at))
                elif len(there) > 1 and not each.each:
                    message = f"Only one of {', '.join(there)} may stand in {branch.name!r}."
                    self._say(codes.TOO_OFTEN.found(message, at=branch.at))
            elif not each.name and each.fields:
                self._choose(each.fields, seen, branch)

    def _one(self, described: Field, part: Branch, told: Mapping[str, str]) -> None:
        above = self._line
        if described.is_line:
            self._lines += 1
            self._line = self._lines
        if described.fields:
            if part.text is not None:
                part.parts, part.text = [Branch("", part.text, at=part.at)], None
                if not part.parts[0].text:
                    part.parts = []
            self._around.append(described)
            self._match(described.fields, part, told)
            self._around.pop()
        elif part.parts:
            message = f"{part.name!r} holds other fields; it must hold a text."
            self._say(codes.BAD_VALUE.found(message, at=part.at))
            self._is_whole = False
        else:
            self._leaf(described, part, told)
        if described.is_line:
            self._rows.append(row_checks.Row(self._line, part))
            self._line = above

    # --- values -----------------------------------------------------------------------------------

    def _leaf(self, described: Field, part: Branch, told: Mapping[str, str]) -> None:
        text = part.text or ""
        if not text:
            if not self._may_be_empty(described):
                message = f"{described.name!r} is empty."
                self._say(codes.MISSING_FIELD.found(message, at=part.at))
            return
        fixed = self._value(described, text, part.at)
        part.text = fixed
        self._see(described, fixed, part.at, told)

    def _may_be_empty(self, described: Field) -> bool:
        """Whether a value may be empty: a cell that is not needed, or what holds nothing here."""
        if self._form.carrier is Carrier.CSV:
            return described.is_optional or bool(described.when)
        return not described.of and not described.text

    def _value(self, described: Field, text: str, at: str) -> str:
        """Say what is wrong with a value, and return it as it should be where that is known."""
        if described.text and "{" not in described.text:
            if text != described.text:
                message = f"{described.name!r} is {text[:_SHOWN]!r}; it must be {described.text!r}."
                self._say(codes.NOT_IN_LIST.found(message, at=at))
                self._fixes.append(Fix(at, described.name, text, described.text))
            return described.text
        kind = KINDS[described.kind]
        defect = kind.defect(text) or _length_defect(described, text)
        if defect:
            message = f"{described.name!r} is {text[:_SHOWN]!r}, which {defect}."
            return self._mended(described, text, at, codes.BAD_VALUE.found(message, at=at))
        if described.known and text not in described.known:
            known = ", ".join(described.known)
            message = f"{described.name!r} is {text[:_SHOWN]!r}; the receiver knows {known}."
            return self._mended(described, text, at, codes.NOT_IN_LIST.found(message, at=at))
        return text

    def _mended(self, described: Field, text: str, at: str, finding: Finding) -> str:
        mended = KINDS[described.kind].mended(text)
        if described.known:
            alike = {_folded(each): each for each in described.known}
            mended = alike.get(_folded(text), mended)
        is_good = (
            mended != text
            and KINDS[described.kind].defect(mended) is None
            and _length_defect(described, mended) is None
            and (not described.known or mended in described.known)
        )
        if not is_good:
            self._say(finding)
            return text
        self._say(replace(finding, remedy=f"Write {mended!r}."))
        self._fixes.append(Fix(at, described.name, text, mended))
        return mended

    def _see(self, described: Field, text: str, at: str, told: Mapping[str, str]) -> None:
        identity: tuple[str, str] | None = None
        if described.names == "object":
            identifies = KINDS[described.kind].identifies
            identity = identifies(text) if identifies else None
        elif described.names == "serial" and told.get("gtin"):
            identity = f"sgtin/{told['gtin']}", text
        if identity:
            self._objects.append(
                Sighting(at, *identity, lot=told.get("lot", ""), expiry=told.get("expiry", ""))
            )

    # --- rows against each other ------------------------------------------------------------------

    def _among_rows(self) -> None:
        subject = row_checks.Subject(tuple(self._rows), tuple(self._objects))
        for asked in self._form.checks:
            for trouble in row_checks.ROW_CHECKS[asked.check](subject, **asked.arguments):
                self._line = trouble.line
                self._say(trouble.finding, is_file=not trouble.line)
        self._line = 0

    def _say(self, finding: Finding, *, is_file: bool = False) -> None:
        self._found.append(finding)
        if self._line:
            self._bad.add(self._line)
        elif is_file or not self._fixes or self._fixes[-1].at != finding.at:
            self._is_refused = self._is_refused or finding.severity.value == "error"

    def _refuse(self, finding: Finding) -> None:
        self._found.append(finding)
        self._is_refused = True
        self._is_whole = False


def _parts_of(known: Mapping[str, _Expected], branch: Branch) -> dict[str, str]:
    """Return GTIN, lot and expiry date that a branch tells of what stands in it."""
    found: dict[str, str] = {}
    for part in branch.parts:
        one = known.get(part.name)
        if one is not None and one.field.names in _PARTS and part.text:
            found[one.field.names] = KINDS[one.field.kind].mended(part.text)
    return found


def _length_defect(described: Field, text: str) -> str | None:
    most = described.length_max
    if most is None or len(text) <= most:
        return None
    return f"has {len(text)} characters; {most} are the most"


def _folded(text: str) -> str:
    return text.strip().replace("_", "").replace(" ", "").casefold()


def _renamed(cell: Branch, name: str) -> Branch:
    cell.name = name
    return cell
