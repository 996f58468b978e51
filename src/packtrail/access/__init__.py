"""Who may do what, and who may see what: permissions, roles, actors and audiences.

Pure decisions over values. Who the actor is, is found out by `packtrail.services.accounts`; that
each read is confined to the audiences of the actor's organisation is the task of every query.

    >>> operator = Actor.system("example").with_permissions(ROLES[RoleName.READER])
    >>> operator.may(Permission.CAPTURE_CREATE)
    False
"""

from __future__ import annotations

from packtrail.access.actions import Action
from packtrail.access.actor import Actor, ActorKind, require
from packtrail.access.audience import Agreement, AgreementKind, audience_of, require_recorder
from packtrail.access.permissions import ROLES, Permission, RoleName

__all__ = [
    "ROLES",
    "Action",
    "Actor",
    "ActorKind",
    "Agreement",
    "AgreementKind",
    "Permission",
    "RoleName",
    "audience_of",
    "require",
    "require_recorder",
]
