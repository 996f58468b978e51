"""Signatures in the database: rows are added, never altered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from psycopg import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """A row of `signature`."""

    signature_id: str
    organisation_id: int
    audience_id: int
    subject_kind: str
    subject_id: str
    digest: str
    meaning: str
    comment: str
    account_id: str
    signer_name: str
    at: datetime


def insert(conn: Connection, row: SignatureRow) -> None:
    """Add a signature."""
    conn.execute(
        """
        insert into signature (signature_id, organisation_id, audience_id, subject_kind, subject_id,
                               digest, meaning, comment, account_id, signer_name, at)
        values (%(signature_id)s, %(organisation_id)s, %(audience_id)s, %(subject_kind)s,
                %(subject_id)s, %(digest)s, %(meaning)s, %(comment)s, %(account_id)s,
                %(signer_name)s, %(at)s)
        """,
        asdict(row),
    )


def of_subject(
    conn: Connection, subject_kind: str, subject_id: str, audience_ids: Sequence[int]
) -> list[SignatureRow]:
    """Return the signatures under something, as far as they may be seen, the oldest first."""
    with conn.cursor(row_factory=class_row(SignatureRow)) as cursor:
        return cursor.execute(
            """
            select signature_id::text, organisation_id, audience_id, subject_kind, subject_id,
                   digest, meaning, comment, account_id, signer_name, at
              from signature
             where subject_kind = %s and subject_id = %s and audience_id = any(%s)
             order by at, signature_id
            """,
            [subject_kind, subject_id, list(audience_ids)],
        ).fetchall()
