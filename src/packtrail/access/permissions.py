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
    REPORTING_READ = "reporting:report:read"
    """See reports to authorities and partners, their files, answers and receivers."""
    REPORTING_CREATE = "reporting:report:create"
    """Ask for reports, build them, check files before they leave, and keep facts for them."""
    REPORTING_APPROVE = "reporting:report:approve"
    """Approve reports, drop them and take them up again."""
    REPORTING_SEND = "reporting:report:send"
    """Send reports, send them again, and say by hand what a receiver answered."""
    RECEIVER_UPDATE = "reporting:receiver:update"
    """Say who takes reports, which, and how they get there."""
    PACK_VERIFY = "pack:record:verify"
    """Ask whether a pack is genuine and may be supplied; question and answer are kept."""
    PACK_OPERATE = "pack:state:change"
    """Dispense packs, take them out of use, and take that back."""
    INFERENCE_UPDATE = "hierarchy:inference:update"
    """Say how far closed cases of whom are believed."""
    VRS_UPDATE = "verification:responder:update"
    """Say who answers verification messages, for which products, and how."""
    VERIFICATION_READ = "verification:record:read"
    """See what was verified, by whom, and what was answered."""
    NOTICE_READ = "notice:record:read"
    """See what is said of lots and products: recalls, withdrawals, holds."""
    NOTICE_CREATE = "notice:record:create"
    """Recall, withdraw, hold, release; retract what should not have been said."""
    ALERT_READ = "alert:record:read"
    """See alerts, what they rest on, and the cases in which they are worked off."""
    CASE_UPDATE = "alert:case:update"
    """Open cases, sort them, write notes, put packs in quarantine, prepare drafts."""
    CASE_DECIDE = "alert:case:decide"
    """Confirm, refute, close and reopen cases, and release packs from quarantine."""
    DETECTION_UPDATE = "alert:parameter:update"
    """Set the parameters of the rules that raise alerts."""
    RECALL_READ = "recall:record:read"
    """See recalls and drills, who holds what, and how to reach them."""
    RECALL_UPDATE = "recall:record:update"
    """Open recalls and drills, draft messages, note answers and checks, keep contacts."""
    RECALL_DECIDE = "recall:record:decide"
    """Take the steps of a recall that cannot be undone: publish, mark as sent, close."""
    LINE_READ = "line:record:read"
    """See sites, lines and trade items, work orders, what lines reported, and reconciliations."""
    LINE_CREATE = "line:record:create"
    """Describe sites, lines and trade items."""
    ORDER_CREATE = "line:order:create"
    """Make work orders, and command them."""
    REPORT_CREATE = "line:report:create"
    """Report what a line did, and take the numbers of its orders."""
    REWORK_CREATE = "line:rework:create"
    """Unpack, repack, replace, sample, destroy: by hand, at a rework station."""
    ORDER_SIGN = "line:order:sign"
    """Sign the reconciliation of a work order."""
    PORTFOLIO_READ = "portfolio:record:read"
    """See what is sold where and how, and put it under the rules of any day."""
    PORTFOLIO_UPDATE = "portfolio:record:update"
    """Write products, licences, practices, placements and partners."""
    OBLIGATION_READ = "law:obligation:read"
    """See obligations, deadlines and readiness, and subscribe to them by calendar."""
    OBLIGATION_UPDATE = "law:obligation:update"
    """Say who sees to an obligation, and that it is done or waived."""
    RULES_ACCEPT = "law:rule_pack:accept"
    """Accept another version of the rules of a market."""
    PLAN_READ = "plan:programme:read"
    """See programmes: work, dates, readiness, registers."""
    PLAN_CREATE = "plan:programme:create"
    """Open programmes, fix baselines."""
    PLAN_UPDATE = "plan:programme:update"
    """Change programmes: work, links, dates, progress, registers."""
    PLAN_RAISE = "plan:input:create"
    """Raise inputs to programmes, discuss them, and say that one has read a notice."""
    MAIL_READ = "mail:message:read"
    """See which mails were sent, which wait and which could not be sent."""
    MAIL_UPDATE = "mail:message:update"
    """Try mails again, drop them, and send one to see whether it works."""
    CAPACITY_READ = "plan:capacity:read"
    """See forecasts of packs, scenarios and what they take."""
    CAPACITY_UPDATE = "plan:capacity:update"
    """Import forecasts and results of benchmarks, change scenarios, keep runs."""
    TECHNOLOGY_READ = "technology:record:read"
    """See systems and equipment, when their support ends, and what lines can do."""
    TECHNOLOGY_UPDATE = "technology:record:update"
    """Write systems, support dates, measurements and options."""
    AUDIT_READ = "audit:entry:read"
    STORE_READ = "store:condition:read"
    """See size and health of the installation, its backups and chores."""
    BACKUP_CREATE = "store:backup:create"
    """Back the whole installation up; no role of an organisation has it."""
    BACKUP_RESTORE = "store:backup:restore"
    """Restore a backup; no role of an organisation has it."""
    CLUSTER_DISTRIBUTE = "store:cluster:distribute"
    """Spread the tables over the workers of a cluster; no role of an organisation has it."""
    ARCHIVE_READ = "store:archive:read"
    """See months, their archives, until when they are kept, and legal holds."""
    ARCHIVE_UPDATE = "store:archive:update"
    """Close, export, drop, restore and destroy months; no role of an organisation has it."""
    HOLD_CREATE = "store:hold:create"
    """Place legal holds, and release those that somebody else has placed."""
    RETENTION_UPDATE = "store:retention:update"
    """Say how long records are kept; order destructions, and approve those of somebody else."""


class RoleName(StrEnum):
    """The roles a person can have."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    QUALITY = "quality"
    REGULATORY = "regulatory"
    READER = "reader"
    AUDITOR = "auditor"


_READING = frozenset(
    {
        Permission.EVENT_READ,
        Permission.CAPTURE_READ,
        Permission.ORGANISATION_READ,
        Permission.POOL_READ,
        Permission.REPORTING_READ,
        Permission.NOTICE_READ,
        Permission.RECALL_READ,
        Permission.VERIFICATION_READ,
        Permission.ALERT_READ,
        Permission.LINE_READ,
        Permission.PORTFOLIO_READ,
        Permission.OBLIGATION_READ,
        Permission.PLAN_READ,
        Permission.CAPACITY_READ,
        Permission.TECHNOLOGY_READ,
    }
)

OF_THE_INSTALLATION = frozenset(
    {
        Permission.ORGANISATION_CREATE,
        Permission.BACKUP_CREATE,
        Permission.BACKUP_RESTORE,
        Permission.CLUSTER_DISTRIBUTE,
        Permission.ARCHIVE_UPDATE,
    }
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
            Permission.REPORTING_CREATE,
            Permission.PACK_VERIFY,
            Permission.PACK_OPERATE,
            Permission.ORDER_CREATE,
            Permission.REPORT_CREATE,
            Permission.REWORK_CREATE,
            Permission.PLAN_UPDATE,
            Permission.PLAN_RAISE,
            Permission.CAPACITY_UPDATE,
            Permission.TECHNOLOGY_UPDATE,
        },
        RoleName.QUALITY: _READING
        | {
            Permission.AUDIT_READ,
            Permission.ORDER_SIGN,
            Permission.REWORK_CREATE,
            Permission.OBLIGATION_UPDATE,
            Permission.RULES_ACCEPT,
            Permission.PACK_VERIFY,
            Permission.NOTICE_CREATE,
            Permission.CASE_UPDATE,
            Permission.CASE_DECIDE,
            Permission.DETECTION_UPDATE,
            Permission.INFERENCE_UPDATE,
            Permission.RECALL_UPDATE,
            Permission.RECALL_DECIDE,
            Permission.PLAN_RAISE,
            Permission.ARCHIVE_READ,
            Permission.HOLD_CREATE,
            Permission.RETENTION_UPDATE,
        },
        RoleName.REGULATORY: _READING
        | {
            Permission.AUDIT_READ,
            Permission.PORTFOLIO_UPDATE,
            Permission.RECALL_UPDATE,
            Permission.OBLIGATION_UPDATE,
            Permission.RULES_ACCEPT,
            Permission.CASE_UPDATE,
            Permission.PLAN_RAISE,
            Permission.ARCHIVE_READ,
            Permission.HOLD_CREATE,
            Permission.RETENTION_UPDATE,
        },
        RoleName.READER: _READING | {Permission.PLAN_RAISE},
        RoleName.AUDITOR: _READING
        | {
            Permission.AUDIT_READ,
            Permission.USER_READ,
            Permission.KEY_READ,
            Permission.STORE_READ,
            Permission.ARCHIVE_READ,
        },
    }
)
"""Role -> what it may do."""
