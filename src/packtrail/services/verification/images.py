"""Images: verify every pack whose code is found in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.rendering.symbols import read_symbols
from packtrail.services.codes import NO_SYMBOL
from packtrail.services.verification import verifying
from packtrail.services.verification.verifying import Ask
from packtrail.verification.reading import read

if TYPE_CHECKING:
    from packtrail.access import Actor
    from packtrail.services.application import Application
    from packtrail.services.verification.verifying import Circumstances, Verification


def verify(
    app: Application, actor: Actor, image: bytes, circumstances: Circumstances | None = None
) -> tuple[Verification, ...]:
    """Verify the packs in an image, one answer a symbol, and keep questions and answers.

    Boxes carry other symbols beside that of the pack, such as an EAN-13: where one is a pack, what
    is none is left aside.

    Args:
        app: The application.
        actor: Who asks.
        image: A PNG file, or with Pillow installed any it opens.
        circumstances: Where, when and why.

    Raises:
        RefusedError: `VER-073`, there is no symbol in it; `GS1-071`, it cannot be read.
        NotPermitted: The actor may not verify.
    """
    texts = dict.fromkeys(scan.text for scan in read_symbols(image))
    if not texts:
        raise RefusedError(NO_SYMBOL.found("No barcode was found in the image.", at="image"))
    today = app.clock().date()
    packs = [text for text in texts if read(text, today=today).candidates]
    asks = [Ask(text=text, way="image") for text in packs or texts]
    return verifying.verify_all(app, actor, asks, circumstances)
