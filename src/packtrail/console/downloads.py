"""Files that a page hands out to be kept."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response


def attachment(content: bytes, name: str, media_type: str) -> Response:
    """Return a file that browsers save under a name, whatever letters it has."""
    told = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={"content-disposition": told})
