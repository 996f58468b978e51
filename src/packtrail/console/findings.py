"""What a finding code means, one click away from wherever the code is shown."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
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
    """Return every code that a module `codes` of Packtrail declares, by its text."""
    root = Path(packtrail.__file__).parent
    found: dict[str, FindingCode] = {}
    for path in root.rglob("codes.py"):
        inside = path.relative_to(root).with_suffix("").parts
        module = importlib.import_module(".".join((packtrail.__name__, *inside)))
        declared = (each for each in vars(module).values() if isinstance(each, FindingCode))
        found |= {each.code: each for each in declared}
    return found


def finding(visit: Visit) -> Response:
    """Show what a code means and what to do."""
    code = known().get(visit.path("code"))
    if code is None:
        raise HTTPException(404)
    return templates.render(visit, "finding.html", code=code)
