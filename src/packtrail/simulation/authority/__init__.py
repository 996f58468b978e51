"""Fake authorities: an EU hub, an MDLP, a CSV portal and a partner that answer as the real ones do.

They take files over HTTP on loopback, look into them as far as a real system would, and answer in
their own notations: at once, later, not at all, or with rejections. What goes wrong is told by
`Faults`, so that a training or a test can have every bad day there is.
"""

from __future__ import annotations

from packtrail.simulation.authority.faults import Faults
from packtrail.simulation.authority.server import AuthorityServer
from packtrail.simulation.authority.systems import SYSTEMS, Authority, Incoming, Said

__all__ = ["SYSTEMS", "Authority", "AuthorityServer", "Faults", "Incoming", "Said"]
