"""Spelling: how master data may write a place that evidence names."""

from __future__ import annotations

from packtrail.store.places import spelled


def spellings(site: str) -> list[str]:
    """Return how master data may write a place: a GLN in all its notations, a URI as it is."""
    if ":" in site:
        return [site]
    return [*spelled([f"https://id.gs1.org/414/{site}"])]
