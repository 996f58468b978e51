"""Identifiers: read, convert, draw, and read from an image, for who has no command line at hand.

Nothing that is stored is looked at; only the operator's register of company prefixes is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.access import Permission, require
from packtrail.gs1 import conversions, descriptions
from packtrail.gs1.subjects import Prefixes
from packtrail.rendering import symbols

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packtrail.access import Actor
    from packtrail.gs1.conversions import Conversion, Form, Wishes
    from packtrail.gs1.descriptions import Description
    from packtrail.rendering.symbols import Scan, Symbol, Symbology
    from packtrail.services.application import Application


def describe(
    app: Application,
    actor: Actor,
    texts: Sequence[str],
    *,
    is_pack: bool = False,
    prefix_length: int | None = None,
) -> list[Description]:
    """Tell everything each text says, what is wrong with it, and why that may be.

    Args:
        app: The application.
        actor: Who asks.
        texts: Identifiers in any notation, or scans.
        is_pack: Each should be a medicine pack: product, serial, expiry and lot.
        prefix_length: Digits of the company prefix, where the register does not know it.

    Raises:
        NotPermitted: The actor may not read events.
    """
    require(actor, Permission.EVENT_READ)
    told = _prefixes(app, prefix_length)
    expecting = descriptions.PACK if is_pack else ()
    return [descriptions.describe(text, expecting=expecting, prefixes=told) for text in texts]


def convert(
    app: Application,
    actor: Actor,
    texts: Sequence[str],
    form: Form,
    wishes: Wishes,
    *,
    prefix_length: int | None = None,
) -> list[Conversion]:
    """Write each text in another notation; what is refused says why.

    Raises:
        NotPermitted: The actor may not read events.
        UsageError: The encoding names a symbol that there is not.
    """
    require(actor, Permission.EVENT_READ)
    told = _prefixes(app, prefix_length)
    return [conversions.convert(text, form, wishes, prefixes=told) for text in texts]


def draw(actor: Actor, text: str, symbology: Symbology, *, domain: str) -> Symbol:
    """Draw a symbol of data that is right in every way.

    Raises:
        NotPermitted: The actor may not read events.
        RefusedError: What is wrong with the data; `GS1-070` it does not fit.
    """
    require(actor, Permission.EVENT_READ)
    return symbols.draw(text, symbology, domain=domain)


def read_image(actor: Actor, image: bytes) -> tuple[Scan, ...]:
    """Read every symbol in an image.

    Raises:
        NotPermitted: The actor may not read events.
        RefusedError: `GS1-071`, the image cannot be read.
    """
    require(actor, Permission.EVENT_READ)
    return symbols.read_symbols(image)


def _prefixes(app: Application, length: int | None) -> Prefixes:
    return Prefixes(length, app.company_prefixes)
