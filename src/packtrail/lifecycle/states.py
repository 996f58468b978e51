"""The life of an object as one table: its states, what leads to each, and how each is left.

An event has an *effect*: that the object becomes a status, or one of the few effects that depend on
where it stands (`COMMISSION`, `UNPACK`, `VOID_SHIPPING`, `REACTIVATE`). A row says which words lead
to its status, and what may happen to an object that has it: `leads_to` lists the effects that end
the status, `carries` those that happen without ending it. Whatever is in neither list is
impossible: a fact in the record, a finding, and no change.

    >>> STATES[Status.DISPENSED].leads_to == {Status.RETURNED, Status.DESTROYED, REACTIVATE}
    True

Clause:
    CBV 2.0, 7.1 (business steps) and 7.2 (dispositions); Delegated Regulation (EU) 2016/161,
    Articles 13, 16, 22, 23 and 25 for the states of a national repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.lifecycle.journey import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMISSION: Final = "commission"
"""Coming into being: of what was not seen before, or was decommissioned."""
UNPACK: Final = "unpack"
"""Taken out of what held it: ends being packed, and nothing else."""
VOID_SHIPPING: Final = "void_shipping"
"""The shipment did not leave: ends being in transit, and nothing else."""
REACTIVATE: Final = "reactivate"
"""The undo of a decommissioning; see `undo` for the rule."""

Effect = Status | str
"""What an event makes of an object: a status it becomes, or one of the effects above."""

_S = Status

MOVES: Final[frozenset[Effect]] = frozenset({_S.PACKED, _S.IN_TRANSIT, _S.RECEIVED, _S.ACTIVE})
"""What happens to anything that is carried about."""

DISPOSITION: Final = "urn:packtrail:disp:"
BIZ_STEP: Final = "urn:packtrail:bizstep:"
"""What our own words start with, for what the CBV has no word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One row: a status, what leads to it, and what can happen then."""

    status: Status
    meaning: str
    dispositions: tuple[str, ...] = ()
    """Dispositions that name it; they decide before the business step."""
    steps: tuple[str, ...] = ()
    """Business steps that lead to it."""
    hints: tuple[str, ...] = ()
    """Dispositions that go with several states; they decide where the step says nothing."""
    other: str = ""
    """What else leads to it, for people."""
    leads_to: frozenset[Effect] | None = None
    """Effects that end it; None: any."""
    carries: frozenset[Effect] = frozenset()
    """Effects that happen to the object and leave it what it is."""
    reaches_inside: bool = True
    """Whether it befalls what is inside a container to which it happens."""
    is_saleable: bool = False
    """Whether a pack in this state may be supplied, if nothing else is against it."""
    is_end: bool = False
    """Reached a second time, somebody has a copy."""
    eu: str | None = None
    """The state of a pack in a national repository of the EU, where it has one."""
    can_be_undone: bool = False
    """Whether `REACTIVATE` may lead back, if the rule of the market is kept."""


_ROWS: Final = (
    State(
        status=_S.UNKNOWN,
        meaning="Seen, but its commissioning is not recorded here.",
        other="no event says what it is",
    ),
    State(
        status=_S.COMMISSIONED,
        meaning="It has got its number and is not packed yet.",
        steps=("commissioning",),
        other="action ADD of an object event; output of a transformation",
        reaches_inside=False,
        is_saleable=True,
        eu="active",
    ),
    State(
        status=_S.PACKED,
        meaning="It was put into a container.",
        other="action ADD of an aggregation event that names it as a child",
        reaches_inside=False,
        is_saleable=True,
        eu="active",
    ),
    State(
        status=_S.IN_TRANSIT,
        meaning="It has left one place and not reached the next.",
        dispositions=("in_transit",),
        steps=("shipping", "departing", "transporting", "consigning"),
        is_saleable=True,
        eu="active",
    ),
    State(
        status=_S.RECEIVED,
        meaning="It has arrived.",
        steps=("receiving", "arriving"),
        is_saleable=True,
        eu="active",
    ),
    State(
        status=_S.ACTIVE,
        meaning="It is in stock, fit for sale.",
        steps=("accepting", "stocking"),
        hints=(
            *("active", "available", "conformant"),
            *("sellable_accessible", "sellable_not_accessible"),
        ),
        other="unpacked, or the shipment was voided",
        is_saleable=True,
        eu="active",
    ),
    State(
        status=_S.REACTIVATED,
        meaning="It was decommissioned, and taken back in time and at the same premises.",
        steps=("reactivating",),
        other="an undo that keeps the rule of the market",
        reaches_inside=False,
        is_saleable=True,
        eu="active",
    ),
    State(
        status=_S.ON_HOLD,
        meaning="Nobody may sell it until somebody has decided; moving it does not free it.",
        steps=("holding",),
        hints=(
            *("needs_replacement", "no_pedigree_match", "non_conformant", "non_sellable_other"),
            "unavailable",
        ),
        leads_to=frozenset(_S) - {_S.PACKED, _S.IN_TRANSIT, _S.RECEIVED, _S.COMMISSIONED},
        carries=MOVES - {_S.ACTIVE},
        eu="active",
    ),
    State(
        status=_S.LOCKED,
        meaning="Locked in the repository by a wholesaler or its maker, until it is unlocked.",
        dispositions=("locked",),
        leads_to=frozenset(
            {REACTIVATE, _S.RECALLED, _S.WITHDRAWN, _S.DESTROYED, _S.STOLEN, _S.LOST, _S.DAMAGED}
        ),
        carries=MOVES | {_S.ON_HOLD},
        eu="locked",
        can_be_undone=True,
    ),
    State(
        status=_S.RECALLED,
        meaning="Called back; it goes to where it is destroyed.",
        dispositions=("recalled",),
        other="its lot was recalled",
        leads_to=frozenset({_S.DESTROYED, _S.DECOMMISSIONED, _S.STOLEN, _S.LOST, _S.DAMAGED}),
        carries=MOVES | {_S.ON_HOLD, _S.RETURNED},
        eu="recalled",
    ),
    State(
        status=_S.WITHDRAWN,
        meaning="Its product was withdrawn from the market.",
        dispositions=("withdrawn",),
        other="its product was withdrawn",
        leads_to=frozenset(
            {_S.RECALLED, _S.DESTROYED, _S.DECOMMISSIONED, _S.STOLEN, _S.LOST, _S.DAMAGED}
        ),
        carries=MOVES | {_S.ON_HOLD, _S.RETURNED},
        eu="withdrawn",
    ),
    State(
        status=_S.EXPIRED,
        meaning="Its last day of use is over.",
        hints=("expired",),
        other="by date, unless the expiry of its lot was extended",
        leads_to=frozenset(
            {
                *(_S.RECALLED, _S.WITHDRAWN, _S.DESTROYED, _S.DECOMMISSIONED, _S.SAMPLED),
                *(_S.STOLEN, _S.LOST, _S.DAMAGED),
            }
        ),
        carries=MOVES | {_S.ON_HOLD, _S.RETURNED},
        eu="expired",
    ),
    State(
        status=_S.RETURNED,
        meaning="Sent back; it is not for sale before it was verified and put in stock again.",
        dispositions=("returned",),
        steps=("returning",),
        leads_to=frozenset(_S) - {_S.PACKED, _S.IN_TRANSIT, _S.RECEIVED, _S.COMMISSIONED},
        carries=MOVES - {_S.ACTIVE},
        eu="active",
    ),
    State(
        status=_S.SAMPLED,
        meaning="Taken as a sample for a test or an authority.",
        dispositions=("sampled",),
        steps=("sampling",),
        leads_to=frozenset({_S.RETURNED, _S.DESTROYED, REACTIVATE}),
        carries=MOVES,
        reaches_inside=False,
        eu="sample",
        can_be_undone=True,
    ),
    State(
        status=_S.FREE_SAMPLE,
        meaning="Given away as a free sample.",
        dispositions=("free_sample",),
        leads_to=frozenset({_S.RETURNED, _S.DESTROYED, REACTIVATE}),
        carries=MOVES,
        eu="free_sample",
        can_be_undone=True,
    ),
    State(
        status=_S.EXPORTED,
        meaning="Sold out of the market, and no longer for it.",
        dispositions=("exported",),
        steps=("exporting",),
        leads_to=frozenset({_S.RETURNED, _S.DESTROYED, REACTIVATE}),
        carries=MOVES,
        eu="exported",
        can_be_undone=True,
    ),
    State(
        status=_S.CHECKED_OUT,
        meaning="Taken out by a parallel distributor, to be repacked under a new number.",
        dispositions=("checked_out",),
        leads_to=frozenset({_S.TRANSFORMED, _S.DESTROYED, REACTIVATE}),
        carries=MOVES,
        eu="checked_out",
        can_be_undone=True,
    ),
    State(
        status=_S.DISPENSED,
        meaning="Supplied to a patient, a ward or the public.",
        dispositions=("dispensed", "retail_sold"),
        steps=("dispensing", "retail_selling"),
        leads_to=frozenset({_S.RETURNED, _S.DESTROYED, REACTIVATE}),
        is_end=True,
        eu="supplied",
        can_be_undone=True,
    ),
    State(
        status=_S.PARTIALLY_DISPENSED,
        meaning="Opened, and a part of it supplied.",
        dispositions=("partially_dispensed",),
        leads_to=frozenset(
            {_S.DISPENSED, _S.RETURNED, _S.DAMAGED, _S.RECALLED, _S.ON_HOLD, _S.DESTROYED}
        ),
        carries=MOVES,
        reaches_inside=False,
        eu="supplied",
    ),
    State(
        status=_S.STOLEN,
        meaning="Stolen; where it turns up again it is evidence.",
        dispositions=("stolen",),
        leads_to=frozenset({_S.RETURNED, _S.ON_HOLD, _S.DESTROYED}),
        eu="stolen",
    ),
    State(
        status=_S.LOST,
        meaning="Nobody knows where it is.",
        dispositions=("lost",),
        leads_to=frozenset(
            {
                *(_S.RETURNED, _S.ON_HOLD, _S.DESTROYED, _S.STOLEN, _S.DAMAGED),
                *(_S.ACTIVE, _S.RECEIVED),
            }
        ),
    ),
    State(
        status=_S.DAMAGED,
        meaning="Damaged, and not fit for sale.",
        dispositions=("damaged",),
        leads_to=frozenset(
            {_S.RETURNED, _S.ON_HOLD, _S.DESTROYED, _S.DECOMMISSIONED, _S.STOLEN, _S.RECALLED}
        ),
        carries=MOVES,
    ),
    State(
        status=_S.DESTROYED,
        meaning="It no longer exists.",
        dispositions=("destroyed", "disposed"),
        steps=("destroying",),
        leads_to=frozenset(),
        is_end=True,
        eu="destroyed",
    ),
    State(
        status=_S.DECOMMISSIONED,
        meaning="Its number was taken out of use.",
        steps=("decommissioning", "killing"),
        hints=("inactive",),
        other="action DELETE of an object event",
        leads_to=frozenset({COMMISSION, _S.DESTROYED, REACTIVATE}),
        reaches_inside=False,
        can_be_undone=True,
    ),
    State(
        status=_S.TRANSFORMED,
        meaning="Used up in a transformation, such as repacking.",
        other="input of a transformation",
        leads_to=frozenset(),
        reaches_inside=False,
        is_end=True,
    ),
)

STATES: Final[Mapping[Status, State]] = {row.status: row for row in _ROWS}
"""The table, in the order of a life."""
