"""What a finding code means, one click away from wherever the code is shown."""

from __future__ import annotations

import importlib.util
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

import packtrail
from packtrail.base.findings import FindingCode
from packtrail.console import templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from packtrail.console.visit import Visit


@cache
def known() -> Mapping[str, FindingCode]:
    """Return every code that a package of Packtrail declares, by its text."""
    found: dict[str, FindingCode] = {}
    for package in pkgutil.iter_modules(packtrail.__path__):
        if package.ispkg and importlib.util.find_spec(f"packtrail.{package.name}.codes"):
            module = importlib.import_module(f"packtrail.{package.name}.codes")
            found |= {
                each.code: each for each in vars(module).values() if isinstance(each, FindingCode)
            }
    return found


def finding(visit: Visit) -> Response:
    """Show what a code means and what to do."""
    code = known().get(visit.path("code"))
    if code is None:
        raise HTTPException(404)
    return templates.render(visit, "finding.html", code=code)
