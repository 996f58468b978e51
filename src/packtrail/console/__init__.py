"""The console: the pages people work in, a thin door to the services.

`build(application)` returns the ASGI application that `packtrail.serving` mounts at `/`. Pages are
Jinja2 templates, drawn by the server; scripts only add comfort (live refresh, drop a file, copy).
"""

from __future__ import annotations

from packtrail.console.app import build

__all__ = ["build"]
