"""The actor: who is doing this, for which organisation, and what that one may do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.access.codes import NOT_PERMITTED
from packtrail.access.permissions import Permission
from packtrail.base.errors import NotPermitted

if TYPE_CHECKING:
    from collections.abc import Iterable


class ActorKind(StrEnum):
    """What kind of actor it is."""

    USER = "user"
    """A person who signed in."""
    API_KEY = "api_key"
    """A program with a key."""
    SYSTEM = "system"
    """Packtrail itself, or somebody at the command line of its machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who acts for one organisation."""

    kind: ActorKind
    id: str
    """Stable identifier of the account or key, as the audit row names it."""
    name: str
    organisation_id: int
    organisation_code: str
    permissions: frozenset[Permission]
    person: str = ""
    """Code of the person, which no new name changes: that of their account; empty of programs."""

    @classmethod
    def system(cls, name: str, *, organisation_id: int = 0, organisation_code: str = "") -> Actor:
        """Return an actor of the installation itself, who may do everything for one organisation.

        Args:
            name: What is acting, such as `command line` or `demo`.
            organisation_id: The organisation it acts for; 0 is none, and sees nothing.
            organisation_code: Short name of that organisation.
        """
        return cls(
            kind=ActorKind.SYSTEM,
            id=f"system:{name.replace(' ', '-')}",
            name=name,
            organisation_id=organisation_id,
            organisation_code=organisation_code,
            permissions=frozenset(Permission),
        )

    def with_permissions(self, permissions: Iterable[Permission]) -> Actor:
        """Return the same actor, allowed to do exactly this."""
        return replace(self, permissions=frozenset(permissions))

    def named(self, name: str, *, person: str = "") -> Actor:
        """Return the same actor under the name of whom it acts for: whoever holds a link.

        Args:
            name: What they are called.
            person: Their code, where they are known.
        """
        return replace(self, name=name, person=person)

    @property
    def is_installation(self) -> bool:
        """Whether it runs the installation, and acts for no organisation of it."""
        return self.kind is ActorKind.SYSTEM and not self.organisation_id

    def may(self, permission: Permission) -> bool:
        """Tell whether the actor holds a permission."""
        return permission in self.permissions


def require(actor: Actor, permission: Permission) -> None:
    """Refuse unless the actor holds the permission.

    Raises:
        NotPermitted: `ACC-001` with the permission that is missing.
    """
    if not actor.may(permission):
        raise NotPermitted(
            NOT_PERMITTED.found(f"{actor.name} may not do this: it needs {permission.value}.")
        )
