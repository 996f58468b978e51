"""The catalogue: all packs there are, put on top of each other, and which of them a market has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.base.errors import NotFound, RefusedError
from packtrail.compliance import codes
from packtrail.compliance.linting import argument_findings
from packtrail.compliance.packs import layered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packtrail.compliance.packs import Pack

LAYERS_MAX = 8


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Packs by name, whole: with all their layers."""

    own: Mapping[str, Pack]
    """Each pack as it stands in its folder."""
    packs: Mapping[str, Pack]
    """Each pack of a market with what it extends and what overlays it."""

    @classmethod
    def of(cls, packs: Iterable[Pack]) -> Catalogue:
        """Put packs together.

        Raises:
            RefusedError: `LAW-012` two packs have one name or one market; `LAW-006` a pack builds
                on one that is not there, or in a circle; `LAW-005`, `LAW-011` a rule uses a
                parameter that is not set or of another kind.
        """
        own: dict[str, Pack] = {}
        for pack in packs:
            if pack.id in own:
                raise RefusedError(
                    codes.NAME_TWICE.found(
                        f"There are two packs {pack.id!r}; to change an installed one, overlay it.",
                        at=pack.id,
                    )
                )
            own[pack.id] = pack
        for pack in own.values():
            if pack.heading.overlays:
                _required(pack.heading.overlays, pack, own, verb="overlays")
        whole = {name: _whole(pack, own) for name, pack in own.items() if not pack.heading.overlays}
        _require_one_pack_a_market(whole.values())
        unusable = [each for pack in whole.values() for each in argument_findings(pack)]
        if unusable:
            raise RefusedError(*unusable)
        return cls(own, whole)

    @property
    def markets(self) -> dict[str, str]:
        """Code of every market -> name of its pack; members without a pack of their own too."""
        found = {code: pack.id for pack in self.packs.values() for code in pack.markets[1:]}
        found |= {pack.heading.market: pack.id for pack in self.packs.values()}
        return dict(sorted(found.items()))

    def reached_by(self, pack_id: str) -> tuple[str, ...]:
        """Return the markets in whose rules a pack is a layer: its own, its annexes' and more."""
        return tuple(
            market
            for market, name in self.markets.items()
            if any(layer.pack_id == pack_id for layer in self.packs[name].layers)
        )

    def pack(self, pack_id: str) -> Pack:
        """Return a pack with its layers.

        Raises:
            NotFound: `LAW-014`, there is none of this name.
        """
        if pack_id not in self.packs:
            message = f"There is no rule pack {pack_id[:80]!r}."
            raise NotFound(codes.NO_PACK.found(message, at="pack"))
        return self.packs[pack_id]

    def pack_of(self, market: str) -> Pack:
        """Return the pack of a market.

        Args:
            market: ISO 3166 code, or `EU`.

        Raises:
            NotFound: `LAW-014`, no pack is about this market.
        """
        pack_id = self.markets.get(market)
        if pack_id is None:
            message = f"No rule pack is about the market {market[:80]!r}."
            raise NotFound(codes.NO_PACK.found(message, at="market"))
        return self.packs[pack_id]


def _whole(pack: Pack, own: Mapping[str, Pack], *, depth: int = 0) -> Pack:
    if depth > LAYERS_MAX:
        message = f"The pack {pack.id!r} builds on itself, or on more than {LAYERS_MAX} others."
        raise RefusedError(codes.BAD_PACK.found(message, at=pack.id))
    below = pack.heading.extends
    if below:
        pack = layered(_whole(_required(below, pack, own), own, depth=depth + 1), pack)
    for top in sorted(own.values(), key=lambda each: each.id):
        if top.heading.overlays == pack.id:
            pack = layered(pack, top)
    return pack


def _required(name: str, pack: Pack, own: Mapping[str, Pack], *, verb: str = "extends") -> Pack:
    found = own.get(name)
    if found is None or found.heading.overlays:
        message = f"The pack {pack.id!r} {verb} {name!r}, which is not there."
        raise RefusedError(codes.BAD_PACK.found(message, at=pack.id))
    return found


def _require_one_pack_a_market(packs: Iterable[Pack]) -> None:
    owners: dict[str, str] = {}
    for pack in packs:
        other = owners.setdefault(pack.heading.market, pack.id)
        if other != pack.id:
            message = f"{pack.heading.market} has two packs: {other} and {pack.id}."
            raise RefusedError(codes.NAME_TWICE.found(message, at=pack.id))
