"""The few pieces of SVG the pictures are made of, as escaped text."""

from __future__ import annotations

import re
from html import escape

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Return text that is safe in SVG and in HTML: escaped, without characters XML forbids."""
    return escape(_UNPRINTABLE.sub("\ufffd", value))


def element(name: str, content: str = "", **attributes: str | float | None) -> str:
    """Return one element; `class_` is `class`, underscores are hyphens, None is left out.

    Args:
        name: The element's name.
        content: What is inside, already escaped.
        **attributes: Values, escaped here; numbers are rounded to a tenth.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            shown = f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
            parts.append(f'{key.rstrip("_").replace("_", "-")}="{text(shown)}"')
    opened = " ".join(parts)
    return f"<{opened}>{content}</{name}>" if content else f"<{opened}/>"
