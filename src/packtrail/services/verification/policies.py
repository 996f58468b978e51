"""Policies: the rules of a market, from its rule pack, as a verification takes them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from packtrail.compliance import TradeItem, lifecycle_rules
from packtrail.compliance.words import Level, ProductClass
from packtrail.services.rule_packs import catalogue
from packtrail.verification.policy import Policy, policy_of

if TYPE_CHECKING:
    from datetime import date

    from packtrail.compliance import Pack
    from packtrail.services.application import Application

_PACK = TradeItem(product_class=ProductClass.PRESCRIPTION, level=Level.UNIT)
_KEPT = 512


def policy_for(app: Application, market: str | None, *, on: date) -> Policy:
    """Return what decides about packs in a market on a day.

    Args:
        app: The application.
        market: ISO code, or a region such as EU; None: no market's law, only what holds anywhere.
        on: The day whose law counts.

    Raises:
        NotFound: There is no rule pack for such a market.
    """
    if market is None:
        return Policy()
    code = market.strip().upper()
    return _policy(_Known(catalogue(app.settings).pack_of(code)), code, on)


class _Known:
    """A pack that a cache can tell from others: by its identity, not by all it holds."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def __hash__(self) -> int:
        return hash(self.pack.identity.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self.pack.identity == other.pack.identity


@lru_cache(maxsize=_KEPT)
def _policy(known: _Known, market: str, on: date) -> Policy:
    return policy_of(lifecycle_rules(known.pack, _PACK, on=on), market)
