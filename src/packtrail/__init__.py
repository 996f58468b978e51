"""Packtrail: the open platform to serialise, track and trace, and verify medicine packs."""

__version__ = "0.1.0"
