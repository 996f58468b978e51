"""The simulated world: makers, a packer, wholesalers, pharmacies, and one year of their messages.

    >>> world = simulate(50, 7)
    >>> [organisation.code for organisation in world.organisations][:3]
    ['asterion', 'belmont', 'corvus-cmo']

The same number of packs and the same seed give the same bytes. Messages are produced one by one, in
order of sending; only the packs that are still somewhere in the chain are kept in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.errors import UsageError
from packtrail.simulation.chain import Chain
from packtrail.simulation.documents import SimulatedDocument
from packtrail.simulation.manifest import write_world
from packtrail.simulation.organisations import AGREEMENTS, LOCATIONS, ORGANISATIONS
from packtrail.simulation.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from packtrail.simulation.documents import Draft

PACKS_MIN, PACKS_MAX = 50, 10_000_000


class World:
    """One simulated year, ready to be told from the start as often as wanted.

    Attributes:
        organisations: Who takes part.
        locations: Their places.
        agreements: Who records for whom.
        truth: What really happened, complete once all messages were produced.
    """

    organisations = ORGANISATIONS
    locations = LOCATIONS
    agreements = AGREEMENTS

    def __init__(self, packs: int, seed: int, *, knows_each_pack: bool = False) -> None:
        self.packs = packs
        self.seed = seed
        self._knows_each_pack = knows_each_pack
        self.truth = Truth()

    def drafts(self) -> Iterator[Draft]:
        """Let the year pass from its start, and yield messages as values, not yet written."""
        chain = Chain(self.packs, self.seed)
        self.truth = chain.truth
        if self._knows_each_pack:
            for lot in chain.truth.lots:
                lot.each = {}
        return chain.run()

    def documents(self) -> Iterator[SimulatedDocument]:
        """Let the year pass from its start, and yield messages as files, in order of sending."""
        return map(_written, self.drafts())

    def write(self, out_dir: Path) -> Path:
        """Write all files and `manifest.json` into a folder; return the manifest's path."""
        return write_world(self, out_dir)


def simulate(packs: int, seed: int, *, knows_each_pack: bool = False) -> World:
    """Set up a simulated year.

    Args:
        packs: How many packs get a serial number, 50 to 10,000,000.
        seed: Any whole number; another seed is another year.
        knows_each_pack: Whether the ground truth tells the fate of every single pack, in memory.

    Raises:
        UsageError: There are too few or too many packs.
    """
    if not PACKS_MIN <= packs <= PACKS_MAX:
        message = f"A world has {PACKS_MIN:,} to {PACKS_MAX:,} packs, not {packs:,}."
        raise UsageError(message)
    return World(packs, seed, knows_each_pack=knows_each_pack)


def _written(draft: Draft) -> SimulatedDocument:
    channel = draft.channel
    return SimulatedDocument(
        name=draft.name,
        media_type=channel.media_type,
        content=draft.write(),
        owner_code=channel.owner.code,
        recorded_by_code=channel.recorder.code,
        sent_at=draft.sent_at,
        kind=channel.kind,
    )
