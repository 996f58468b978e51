"""The REST door: GS1's EPCIS 2.0 binding under `/epcis/v2`, and ours under `/api/v1`.

A route translates: request to use case, result to response. What a fault becomes is one table in
`packtrail.api.problems`.
"""

from __future__ import annotations

from packtrail.api.application import build

__all__ = ["build"]
