"""Importing serial numbers that an authority issued: all of a file, or none.

No number may have been imported before, for any pool of the trade item, nor be one that a pool of
one's own gave or could give. The file is read a part at a time; only when something is wrong it is
read again, to say which rows.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np
from psycopg.errors import UniqueViolation

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, RefusedError
from packtrail.base.findings import Severity
from packtrail.exchange.number_files import read_numbers
from packtrail.serials import guessing, keys
from packtrail.serials.codes import (
    BAD_NUMBER,
    BAD_REQUEST,
    EXHAUSTED,
    FILE_DIFFERS,
    KNOWN_NUMBER,
    OWN_NUMBER,
)
from packtrail.serials.policy import Policy, stored_policy
from packtrail.serials.secrets import Block
from packtrail.serials.texts import fitting
from packtrail.services.supply import ordering
from packtrail.services.supply.auditing import audit_entry
from packtrail.services.supply.entries import Entry, entry_of, require_request
from packtrail.services.supply.pools import IMPORTED, MADE, one_visible
from packtrail.services.supply.promises import Promises
from packtrail.services.supply.sources import data_key, opened, secret_name
from packtrail.services.upkeep import room
from packtrail.store import serial_ledger as ledger
from packtrail.store import serial_numbers
from packtrail.store import serials as rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from psycopg import Connection

    from packtrail.base.findings import Finding, FindingCode
    from packtrail.exchange.number_files import Part
    from packtrail.serials.pool import Source
    from packtrail.services.application import Application
    from packtrail.store.serials import PoolRow

FINDINGS_MAX: Final = 100
"""Most rows of a file of which is told what is wrong."""
BLOCK: Final = 1_000
"""So many numbers have their secrets in one encrypted block."""
_HASHED_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A file of numbers that came into stock."""

    entry: Entry
    sha256: str
    """Of the file: importing it again changes nothing."""


def import_numbers(
    app: Application,
    actor: Actor,
    pool: str,
    file: BinaryIO,
    filename: str,
    *,
    request_id: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Bring a file of serial numbers into the stock of a pool.

    Args:
        app: The application.
        actor: Who imports.
        pool: Code of the imported pool, or `owner/code`.
        file: CSV, text, XLSX or JSON, which can be read twice.
        filename: As the authority named it.
        request_id: As for `allocate`; None: the digest of the file.
        progress: Called with how many more numbers were read.

    Raises:
        NotFound: `SER-005`, no such pool, or none the actor may see.
        RefusedError: `TAB-001`, `TAB-002`, `TAB-009`: the file cannot be read; `SER-018` to
            `SER-020`: rows of it are wrong, at most 100 of them told; `SER-013`: the pool imports
            nothing, or the file has more than `serials_request_max` rows; `SER-012`: no key.
        Conflict: `SER-004`, the pool is closed, or a guess would be too likely; `SER-021`, the
            request id was used for another file.
        NotPermitted: The actor may not.
        Unavailable: The database did not answer, or its disk is nearly full; send it again.
    """
    require(actor, Permission.NUMBER_IMPORT)
    room.require(app.settings)
    digest = _digest(file)
    request_id = request_id or f"file/{digest}"
    require_request(app, 1, request_id, filename[:200], digest)
    try:
        with app.database.transaction() as conn:
            work = _Import(app, conn, actor, pool, request_id)
            earlier = work.earlier(digest)
            if earlier is not None:
                return Imported(entry=earlier, sha256=digest)
            entry = work.run(file, filename, digest, progress)
        return Imported(entry=entry, sha256=digest)
    except UniqueViolation:
        with app.database.transaction() as conn:
            findings = _Import(app, conn, actor, pool, request_id).compare(file, filename)
    # Nothing is there twice any more when it is compared: somebody else's import was undone.
    raise (
        RefusedError(*findings)
        if findings
        else Conflict(
            KNOWN_NUMBER.found("The numbers were being imported by somebody else. Do it again.")
        )
    )


class _Import:
    """One import, in a transaction that lets nobody else import for the trade item."""

    def __init__(
        self, app: Application, conn: Connection, actor: Actor, pool: str, request_id: str
    ) -> None:
        self._app, self._conn, self._actor, self._request_id = app, conn, actor, request_id
        named = one_visible(conn, actor.organisation_id, pool)
        if named.source != IMPORTED:
            message = f"The pool {named.code} makes or draws its numbers; it imports none."
            raise RefusedError(BAD_REQUEST.found(message, at="pool"))
        rows.class_locked(conn, named.class_key)
        self._row: PoolRow = rows.pool(conn, named.pool_id)
        self._gtin = self._row.class_key.partition("/")[2]
        self._policy: Policy = stored_policy(self._row.policy)
        self._own = list(self._own_pools())
        self._findings = _Findings()

    def earlier(self, digest: str) -> Entry | None:
        """Return what the request did before, if it did."""
        row, actor = self._row, self._actor
        found = ledger.of_requests(
            self._conn, row.pool_id, actor.organisation_id, [self._request_id]
        )
        for entry in found.get(self._request_id, ()):
            if (entry.kind, entry.purpose) != ("stocked", _purpose(digest)):
                message = f"The request id {self._request_id!r} stands for another file."
                raise Conflict(FILE_DIFFERS.found(message, at="request_id"))
            return entry_of(row, entry, is_repeated=True)
        return None

    def run(
        self, file: BinaryIO, filename: str, digest: str, progress: Callable[[int], None]
    ) -> Entry:
        """Bring the numbers in.

        Raises:
            UniqueViolation: One of them is there already, or twice in the file.
        """
        row = self._row
        if row.closed_at:
            raise Conflict(EXHAUSTED.found(f"The pool {row.code} is closed.", at="pool"))
        count = 0
        for part in self._parts(file, filename):
            if not self._findings.found:
                self._add(row.stock_end + count, part)
            count += len(part.serials)
            self._require_room(count)
            progress(len(part.serials))
        if not count and not self._findings.found:
            self._findings.add(BAD_NUMBER.found(f"{filename} has no number.", at="row 1"))
        if self._findings.found:
            raise RefusedError(*self._findings.told())
        return self._record(count, filename, digest)

    def compare(self, file: BinaryIO, filename: str) -> list[Finding]:
        """Return all that is wrong with a file, the numbers that are there already among it."""
        serial_numbers.make_drafts(self._conn)
        for part in self._parts(file, filename):
            if part.serials:
                serial_numbers.copy_drafts(self._conn, part.rows, part.serials)
        class_id, most = self._row.serial_class_id, FINDINGS_MAX + 1  # One more says so.
        for number, serial, pool in serial_numbers.known_drafts(self._conn, class_id, most):
            message = f"{serial!r} was imported before, for the pool {pool}."
            self._findings.add(KNOWN_NUMBER.found(message, at=f"row {number}"))
        for number, serial, first in serial_numbers.double_drafts(self._conn, most):
            message = f"{serial!r} is in row {first} too."
            self._findings.add(KNOWN_NUMBER.found(message, at=f"row {number}"))
        return self._findings.told()

    def _own_pools(self) -> Iterator[tuple[PoolRow, Policy, Source | None]]:
        """Yield the pools that make numbers such as these; of closed ones with what they gave."""
        for row in rows.of_class(self._conn, self._row.serial_class_id):
            if row.source != MADE:
                continue
            policy = stored_policy(row.policy)
            if guessing.meet(policy, self._policy):
                source = opened(self._app, self._conn, row) if row.closed_at else None
                yield row, policy, source

    def _parts(self, file: BinaryIO, filename: str) -> Iterator[Part]:
        """Yield the parts of a file; what is wrong with their rows is noted."""
        file.seek(0)
        for part in read_numbers(file, filename):
            for finding in part.findings:
                if finding.severity is Severity.ERROR:
                    self._findings.add(finding)
            is_good = fitting(self._policy, part.serials)
            what = "is not as the policy of the pool has it"
            self._findings.add_rows(BAD_NUMBER, part, ~is_good, what)
            self._check_gtins(part)
            if is_good.all():
                self._check_own(part)
                yield part

    def _check_gtins(self, part: Part) -> None:
        for at, gtin in enumerate(part.gtins):
            if gtin.rjust(14, "0") != self._gtin:
                message = f"The GTIN is {gtin[:30]!r}; the pool is for {self._gtin}."
                self._findings.add(BAD_NUMBER.found(message, at=f"row {part.rows[at]}"))

    def _check_own(self, part: Part) -> None:
        for row, policy, source in self._own:
            if source is None:
                known = fitting(policy, part.serials)
                what = f"could be given by the pool {row.code}"
            else:
                known = source.find_all(part.serials).generations > 0
                what = f"was given by the pool {row.code}"
            self._findings.add_rows(OWN_NUMBER, part, known, what)

    def _require_room(self, count: int) -> None:
        most = self._app.settings.serials_request_max
        if count > most:
            message = f"The file has more than {most:,} numbers; split it."
            raise RefusedError(BAD_REQUEST.found(message, at="file"))

    def _add(self, lo: int, part: Part) -> None:
        row = self._row
        serial_numbers.copy_in(self._conn, row.serial_class_id, row.pool_id, lo, part.serials)
        if not part.elements:
            return
        key = data_key(self._app, self._conn, row.pool_id)
        for start in range(0, len(part.serials), BLOCK):
            block = Block(
                {ai: values[start : start + BLOCK] for ai, values in part.elements.items()}
            )
            first, last = lo + start, lo + min(start + BLOCK, len(part.serials))
            sealed = keys.wrap(
                [key],
                block.write(),
                nonce=secrets.token_bytes(keys.NONCE_BYTES),
                name=secret_name(row.pool_id, first, last),
            )
            serial_numbers.insert_secret(self._conn, row.pool_id, first, last, sealed)

    def _record(self, count: int, filename: str, digest: str) -> Entry:
        row, actor = rows.locked(self._conn, self._row.pool_id), self._actor
        entry = ledger.EntryRow(
            pool_id=row.pool_id,
            entry_no=row.entries + 1,
            kind="stocked",
            generation=1,
            ranges=ledger.multirange([(row.stock_end, row.stock_end + count)]),
            asked=count,
            count=count,
            organisation_id=actor.organisation_id,
            request_id=self._request_id,
            party=filename[:200],
            purpose=_purpose(digest),
            at=self._app.clock(),
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            actor_name=actor.name,
        )
        ledger.append(self._conn, [entry])
        self._require_unguessable()
        ordering.delivered(self._conn, row, count, at=entry.at)
        audit_entry(self._conn, actor, row, entry)
        return entry_of(row, entry)

    def _require_unguessable(self) -> None:
        promises = Promises.of(self._conn, self._row.serial_class_id)
        for row, probability in promises.broken(self._policy):
            message = (
                f"A guess would hit a number like those of the pool {row.code} with "
                f"{_decimal(probability)}, not below {row.policy['guess_limit']}."
            )
            raise Conflict(EXHAUSTED.found(message, at="file"))


class _Findings:
    """What is wrong with a file: the first of them, and how many there are."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self._more = 0

    def add(self, finding: Finding) -> None:
        """Note one."""
        if len(self.found) < FINDINGS_MAX:
            self.found.append(finding)
        else:
            self._more += 1

    def add_rows(
        self, code: FindingCode, part: Part, is_wrong: NDArray[np.bool_], what: str
    ) -> None:
        """Note what is wrong with rows of a part."""
        wrong = np.flatnonzero(is_wrong)
        room = FINDINGS_MAX - len(self.found)
        for at in wrong[:room]:
            message = f"{part.serials[at][:60]!r} {what}."
            self.add(code.found(message, at=f"row {part.rows[at]}"))
        self._more += len(wrong[room:])

    def told(self) -> list[Finding]:
        """Return them, the last saying how many more there are."""
        if not self._more:
            return self.found
        message = f"At least {self._more:,} more rows are wrong."
        return [*self.found, BAD_NUMBER.found(message, at="file")]


def _purpose(digest: str) -> str:
    return f"file sha256 {digest}"


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(_HASHED_BYTES):
        digest.update(block)
    return digest.hexdigest()


def _decimal(probability: Fraction) -> str:
    return f"1 in {int(1 / probability):,}"
