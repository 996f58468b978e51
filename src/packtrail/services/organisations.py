"""Organisations: whose data it is, and who may record for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation on this installation, as another may see it."""

    organisation_id: int
    code: str
    """Short name, unique: `acme`."""
    name: str
    is_own: bool
    may_record_for: bool
    """Whether the actor's organisation may record events for it."""


def create_organisation(app: Application, actor: Actor, code: str, *, name: str) -> Organisation:
    """Open an organisation.

    Raises:
        RefusedError: `ACC-012`, the code cannot be used.
        Conflict: `ACC-010`, the code is taken.
        NotPermitted: Only the installation itself may (command line, demo).
    """
    raise NotImplementedError


def organisations(app: Application, actor: Actor) -> tuple[Organisation, ...]:
    """Return the actor's own organisation and those it has agreements with, by code."""
    raise NotImplementedError


def allow_recording(app: Application, actor: Actor, partner: str) -> None:
    """Let a partner record events for the actor's organisation; twice is no error.

    Raises:
        NotFound: `ACC-013`, no organisation has this code.
        NotPermitted: The actor may not make agreements.
    """
    raise NotImplementedError


def system_actor(app: Application, name: str, *, organisation: str | None = None) -> Actor:
    """Return an actor for the command line of this machine or for Packtrail itself.

    Args:
        app: The application.
        name: What is acting: `command line`, `demo`.
        organisation: Code of the organisation to act for; None: the only one, if there is one.

    Raises:
        NotFound: `ACC-013`, no organisation has this code, or there is not exactly one.
    """
    raise NotImplementedError
