"""Permissions, and the roles that bundle them.

A permission is a sentence of three words, `subject:object:action`. A role is a row of a table, so
that an auditor can read it in one go.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Permission(StrEnum):
    """One thing an actor may be allowed to do."""

    CAPTURE_CREATE = "capture:document:create"
    """Hand in a document of events."""
    CAPTURE_READ = "capture:document:read"
    """See captures, their findings and the original documents."""
    EVENT_READ = "event:record:read"
    """Query events, trace objects, look up lots, products and places."""
    QUERY_CREATE = "event:query:create"
    """Name and delete queries, and subscribe to them: events are sent out of the house."""
    USER_READ = "account:user:read"
    USER_CREATE = "account:user:create"
    USER_UPDATE = "account:user:update"
    """Disable users, change their roles and set their passwords."""
    KEY_READ = "account:api_key:read"
    KEY_CREATE = "account:api_key:create"
    KEY_REVOKE = "account:api_key:revoke"
    ORGANISATION_READ = "organisation:record:read"
    ORGANISATION_CREATE = "organisation:record:create"
    """Open another organisation on this installation; no role of an organisation has it."""
    AGREEMENT_CREATE = "organisation:agreement:create"
    """Let a partner record events for one's own organisation."""
    POOL_READ = "pool:record:read"
    """See pools of serial numbers, look up who was given a number, prove a ledger."""
    POOL_CREATE = "pool:record:create"
    """Open pools, change and close them, give them new keys, and draw stock for them."""
    ALLOCATION_CREATE = "pool:allocation:create"
    """Take serial numbers from a pool."""
    ALLOCATION_RETURN = "pool:allocation:return"
    """Say what became of serial numbers: used, given back unused, void."""
    NUMBER_IMPORT = "pool:number:import"
    """Bring serial numbers in that an authority issued, with their keys and signatures."""
    SECRET_READ = "pool:secret:read"  # noqa: S105 - a permission, not a secret
    """See the keys and signatures that an authority gave with serial numbers."""
    AUDIT_READ = "audit:entry:read"
    STORE_READ = "store:condition:read"
    """See size and health of the installation, its backups and chores."""
    BACKUP_CREATE = "store:backup:create"
    """Back the whole installation up; no role of an organisation has it."""
    BACKUP_RESTORE = "store:backup:restore"
    """Restore a backup; no role of an organisation has it."""


class RoleName(StrEnum):
    """The four roles a person can have."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    READER = "reader"
    AUDITOR = "auditor"


_READING = frozenset(
    {
        Permission.EVENT_READ,
        Permission.CAPTURE_READ,
        Permission.ORGANISATION_READ,
        Permission.POOL_READ,
    }
)

OF_THE_INSTALLATION = frozenset(
    {Permission.ORGANISATION_CREATE, Permission.BACKUP_CREATE, Permission.BACKUP_RESTORE}
)
"""What concerns every organisation: only the command line of the machine may do it."""

ROLES: Mapping[RoleName, frozenset[Permission]] = MappingProxyType(
    {
        RoleName.ADMINISTRATOR: frozenset(Permission) - OF_THE_INSTALLATION,
        RoleName.OPERATOR: _READING
        | {
            Permission.CAPTURE_CREATE,
            Permission.QUERY_CREATE,
            Permission.ALLOCATION_CREATE,
            Permission.ALLOCATION_RETURN,
        },
        RoleName.READER: _READING,
        RoleName.AUDITOR: _READING
        | {
            Permission.AUDIT_READ,
            Permission.USER_READ,
            Permission.KEY_READ,
            Permission.STORE_READ,
        },
    }
)
"""Role -> what it may do."""
