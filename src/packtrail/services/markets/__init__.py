"""Markets for an organisation: the rules that it has accepted, and what they say of what it sells.

    accepting   which versions of rule packs are in force for an organisation
    updates     what another version would change, before somebody accepts it
    checking    a product in a market on a day, and where else it may be sold
    travelling  the time machine over the whole portfolio
    ready       readiness by market

Whoever decides something by the law of a market asks `in_force`, and keeps the identity of the
pack with the decision.
"""

from __future__ import annotations

from packtrail.services.markets.accepting import in_force, in_force_for

__all__ = ["in_force", "in_force_for"]
