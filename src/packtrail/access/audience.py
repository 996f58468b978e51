"""Who may see what is recorded: the audience of a capture.

Everything belongs to an owner. The owner sees it, and so does the organisation that recorded it on
the owner's behalf, which an agreement must allow. Nobody else does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from packtrail.access.codes import NO_AGREEMENT
from packtrail.base.errors import NotPermitted

if TYPE_CHECKING:
    from collections.abc import Iterable


class AgreementKind(StrEnum):
    """What one organisation lets another do."""

    RECORDS_FOR = "records_for"
    """The partner may record events that the owner then owns; both see them."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One organisation's word to another."""

    owner_id: int
    partner_id: int
    kind: AgreementKind


def audience_of(owner_id: int, recorder_id: int, agreements: Iterable[Agreement]) -> frozenset[int]:
    """Decide which organisations may see what a recorder records for an owner.

    Args:
        owner_id: Organisation that will own the events.
        recorder_id: Organisation that hands them in.
        agreements: Agreements known between the two, or more.

    Returns:
        The organisations of the audience, the owner always among them.

    Raises:
        NotPermitted: `ACC-002`, nobody allowed the recorder to record for the owner.
    """
    require_recorder(owner_id, recorder_id, agreements)
    return frozenset({owner_id, recorder_id})


def require_recorder(owner_id: int, recorder_id: int, agreements: Iterable[Agreement]) -> None:
    """Refuse unless the recorder is the owner or the owner lets it record.

    Raises:
        NotPermitted: `ACC-002`, there is no such agreement.
    """
    wanted = Agreement(owner_id, recorder_id, AgreementKind.RECORDS_FOR)
    if owner_id != recorder_id and wanted not in agreements:
        raise NotPermitted(
            NO_AGREEMENT.found(
                "Your organisation has no agreement to record events for this owner.", at="owner"
            )
        )
