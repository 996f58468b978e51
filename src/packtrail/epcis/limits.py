"""Bounds on what a document may ask of the reader. Each is a documented setting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one document; passing one is a finding `EPC-004`, never a crash."""

    size_bytes: int = 100_000_000
    """Length of the document as sent."""
    depth: int = 64
    """Nesting of JSON values or XML elements."""
    nodes: int = 4_000_000
    """JSON values, or XML elements and attributes together (an upper estimate is compared)."""
    text_characters: int = 1_000_000
    """Length of one text or attribute value."""
    events: int = 1_000_000
    """Events in a document."""
    findings: int = 1_000
    """Findings listed before the rest is summed up."""
