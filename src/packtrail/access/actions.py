"""What audit rows say was done: `subject:object:action`, the action in the past tense."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """One kind of change that leaves an audit row."""

    CAPTURE_ACKNOWLEDGED = "capture:document:acknowledged"
    CAPTURE_RECORDED = "capture:document:recorded"
    CAPTURE_REFUSED = "capture:document:refused"
    QUERY_CREATED = "event:query:created"
    QUERY_DELETED = "event:query:deleted"
    SUBSCRIPTION_CREATED = "event:subscription:created"
    SUBSCRIPTION_DELETED = "event:subscription:deleted"
    USER_CREATED = "account:user:created"
    USER_DISABLED = "account:user:disabled"
    USER_ENABLED = "account:user:enabled"
    ROLE_CHANGED = "account:role:changed"
    PASSWORD_CHANGED = "account:password:changed"  # noqa: S105 - an action, not a secret
    LINK_CREATED = "account:sign_in_link:created"
    SESSION_CREATED = "account:session:created"
    SESSION_REFUSED = "account:session:refused"
    SESSION_ENDED = "account:session:ended"
    KEY_CREATED = "account:api_key:created"
    KEY_REVOKED = "account:api_key:revoked"
    ORGANISATION_CREATED = "organisation:record:created"
    AGREEMENT_CREATED = "organisation:agreement:created"
    POOL_CREATED = "pool:record:created"
    POOL_CHANGED = "pool:record:changed"
    POOL_CLOSED = "pool:record:closed"
    POOL_RELEASED = "pool:record:released"
    POOL_KEY_REPLACED = "pool:key:replaced"
    MASTER_KEY_REPLACED = "pool:master_key:replaced"
    POOL_STOCKED = "pool:stock:added"
    NUMBERS_ORDERED = "pool:order:created"
    ORDER_CHANGED = "pool:order:changed"
    STATION_CREATED = "pool:station:created"
    STATION_REVOKED = "pool:station:revoked"
    BLOCK_SEALED = "pool:block:sealed"
    BLOCK_SETTLED = "pool:block:settled"
    SECRET_SHOWN = "pool:secret:shown"  # noqa: S105 - an action, not a secret
    ALLOCATION_CREATED = "pool:allocation:created"
    ALLOCATION_RETURNED = "pool:allocation:returned"
    ALLOCATION_VOIDED = "pool:allocation:voided"
    BACKUP_CREATED = "store:backup:created"
    BACKUP_RESTORED = "store:backup:restored"
    ALLOCATION_USED = "pool:allocation:used"
    ALLOCATION_EXPIRED = "pool:allocation:expired"
