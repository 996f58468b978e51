"""A seeded supply-chain twin: one year of makers, wholesalers, pharmacies, and a counterfeiter.

>>> from packtrail.simulation import simulate
>>> simulate(50, 7).packs
50
"""

from __future__ import annotations

from packtrail.simulation.documents import SimulatedDocument
from packtrail.simulation.world import World, simulate

__all__ = ["SimulatedDocument", "World", "simulate"]
