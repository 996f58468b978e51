"""Pools as the tests of serial supply want them, in few words."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from packtrail.access import Actor
from packtrail.base.errors import RefusedError
from packtrail.serials.levels import Levels
from packtrail.serials.policy import Order, Policy
from packtrail.services.application import Application
from packtrail.services.supply import opening
from packtrail.services.supply.opening import Opening
from packtrail.services.supply.pools import SerialPool

GTIN, OTHER_GTIN = "03000101234509", "00614141123452"
MASTER = base64.b64encode(bytes(range(32))).decode()
RANDOM = Policy.of("unambiguous", 12)
TIGHT = Policy.of("numeric", 7)
"""999 numbers may be issued."""
AUTHORITY = Policy.of("alphanumeric", 13, order=Order.IMPORTED, guess_limit=None)
_LEVELS = tuple(Levels.__dataclass_fields__)


def create_pool(
    app: Application,
    actor: Actor,
    code: str,
    *,
    gtin: str = GTIN,
    policy: Policy = RANDOM,
    **more: Any,
) -> SerialPool:
    return opening.create_pool(app, actor, _opening(code, more), gtin=gtin, policy=policy)


def create_imported_pool(
    app: Application,
    actor: Actor,
    code: str,
    *,
    gtin: str = GTIN,
    policy: Policy = AUTHORITY,
    **more: Any,
) -> SerialPool:
    return opening.create_imported_pool(app, actor, _opening(code, more), gtin=gtin, policy=policy)


def create_sscc_pool(
    app: Application, actor: Actor, code: str, *, prefix: str, extension: str = "0", **more: Any
) -> SerialPool:
    what = _opening(code, more)
    return opening.create_sscc_pool(app, actor, what, prefix=prefix, extension=extension)


def create_drawn_pool(
    app: Application, actor: Actor, code: str, *, parent: str, **more: Any
) -> SerialPool:
    return opening.create_drawn_pool(app, actor, _opening(code, more), parent=parent)


def code_of(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.findings[0].code


def _opening(code: str, more: dict[str, Any]) -> Opening:
    levels = Levels(**{name: more.pop(name) for name in _LEVELS if name in more})
    return Opening(code=code, levels=levels, **more)
