"""Barcodes: drawing the symbols of GS1, and reading them from an image.

Nothing is drawn that the core has not checked, associations of application identifiers included;
zxing-cpp, which draws and reads, would take a wrong check digit. What a reader returns is the text
a scanner transmits, symbology identifier first, so that `packtrail.gs1` reads it.

    >>> symbol = draw("(01)03000101234509(17)301200(10)AB-7(21)11")
    >>> symbol.identifier, symbol.hri
    (']d2', '(01) 03000101234509 (17) 301200 (10) AB-7 (21) 11')
    >>> [scan.text for scan in read_symbols(symbol.png())] == [symbol.text]
    True

Clause:
    GS1 General Specifications, section 5; GS1 Digital Link: URI Syntax, section 6.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib import import_module
from io import BytesIO
from itertools import groupby
from types import ModuleType
from typing import Any, Final

import numpy as np
import zxingcpp

from packtrail import gs1
from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.gs1 import codes
from packtrail.rendering.png import PIXELS_MAX, SIGNATURE, Grey, PngError, read_png, write_png
from packtrail.rendering.svg import element, text

IMAGE_BYTES_MAX: Final = 20_000_000
"""Largest image file that is read."""
SYMBOLS_MAX: Final = 64
"""Most symbols told of one image."""
PILLOW_FORMATS: Final = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
"""What cameras and scanners write; Pillow's rarer decoders stay out of reach."""
SCALE_MAX: Final = 40
_DARK: Final = 128
"""A module is dark below this."""
_LINEAR_LENGTH_MAX: Final = 48
"""Characters of a GS1-128 symbol, application identifiers and separators included."""
_LINEAR_HEIGHT: Final = 50
"""Height of the bars in modules, where their width is the unit."""
_LINE_MODULES: Final = 4
"""Height of a line of text in modules of a matrix symbol."""


class Symbology(StrEnum):
    """The kinds of symbols that are drawn."""

    DATA_MATRIX = "datamatrix"
    """GS1 DataMatrix, the symbol of medicine packs."""
    GS1_128 = "gs1-128"
    """GS1-128, the bars of logistic labels."""
    QR = "qr"
    """GS1 QR code, with an element string."""
    QR_LINK = "qr-link"
    """QR code with a Digital Link, which any telephone opens."""
    DATA_MATRIX_LINK = "datamatrix-link"
    """DataMatrix with a Digital Link."""


_FORMATS: Final = {
    Symbology.DATA_MATRIX: ("DataMatrix", "]d2"),
    Symbology.GS1_128: ("Code128", "]C1"),
    Symbology.QR: ("QRCode", "]Q3"),
    Symbology.QR_LINK: ("QRCode", "]Q1"),
    Symbology.DATA_MATRIX_LINK: ("DataMatrix", "]d1"),
}
"""Name of the format in zxing-cpp, and the symbology identifier a scanner transmits."""
_LINKS: Final = frozenset({Symbology.QR_LINK, Symbology.DATA_MATRIX_LINK})


@dataclass(frozen=True)
class Symbol:
    """One symbol, drawn when it is asked for. Make it with `draw`."""

    symbology: Symbology
    content: str
    """Bracketed element string, or Digital Link."""
    text: str
    """What a scanner transmits when it reads the symbol, symbology identifier first."""
    elements: tuple[tuple[str, str], ...]
    """Application identifier and value of all it says, in the order they are printed."""

    @property
    def hri(self) -> str:
        """The human-readable interpretation."""
        return " ".join(f"({ai}) {value}" for ai, value in self.elements)

    @property
    def identifier(self) -> str:
        """The symbology identifier."""
        return _FORMATS[self.symbology][1]

    @cached_property
    def modules(self) -> Grey:
        """The symbol with its quiet zone, one pixel a module: 0 is dark, 255 light.

        Raises:
            RefusedError: `GS1-070` the data does not fit.
        """
        return _drawn(self.symbology, self.content)

    def png(self, *, scale: int = 4) -> bytes:
        """Return the symbol as a PNG image, without text.

        Args:
            scale: Pixels a module, 1 to 40.
        """
        factor = min(max(scale, 1), SCALE_MAX)
        return write_png(self.modules.repeat(factor, axis=0).repeat(factor, axis=1))

    def svg(self, *, scale: int = 4, with_text: bool = False) -> str:
        """Return the symbol as SVG.

        Args:
            scale: Pixels a module, 1 to 40, where nothing else sets the size.
            with_text: Write the human-readable interpretation below, an element a line beside a
                matrix and in one line below bars.
        """
        height, width = self.modules.shape
        lines = self._lines() if with_text else ()
        size = _LINE_MODULES if self.symbology is not Symbology.GS1_128 else 8
        if lines:
            width = max(width, int(max(map(len, lines)) * size * 0.62) + 2)
        total = height + size * len(lines) + (1 if lines else 0)
        shift = (width - self.modules.shape[1]) / 2
        drawn = [
            element("rect", width=width, height=total, fill="#fff"),
            element(
                "path", d=self._path(int(shift)), stroke="#000", stroke_width=self._pen,
                shape_rendering="crispEdges",
            ),
        ]  # fmt: skip
        drawn += [
            element(
                "text", text(line), x=width / 2, y=height + size * (index + 0.8),
                font_size=size * 0.9, text_anchor="middle", font_family="monospace",
            )
            for index, line in enumerate(lines)
        ]  # fmt: skip
        return element(
            "svg", element("title", text(self.hri)) + "".join(drawn),
            xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {total}", role="img",
            width=width * scale, height=total * scale,
        )  # fmt: skip

    def _lines(self) -> tuple[str, ...]:
        if self.symbology is Symbology.GS1_128:
            return (self.hri,)
        return tuple(f"({ai}) {value}" for ai, value in self.elements)

    def _path(self, shift: int) -> str:
        """Return the strokes of the dark modules, from left to right and row by row."""
        is_linear = self.symbology is Symbology.GS1_128
        packed = np.packbits((self.modules[:1] if is_linear else self.modules) < _DARK, axis=1)
        rows = (map(_STROKES.__getitem__, row) for row in packed.tolist())
        to_next_row = f"m{-8 * packed.shape[1]} 1"
        return f"M{shift} {self._pen / 2:g}" + to_next_row.join(map("".join, rows))

    @property
    def _pen(self) -> int:
        """The height of a stroke in modules: bars are as high as the symbol."""
        return len(self.modules) if self.symbology is Symbology.GS1_128 else 1


def _strokes(modules: int) -> str:
    """Return how a pen draws eight modules, the dark ones of which are the ones of a byte."""
    runs = ((dark, len(list(run))) for dark, run in groupby(f"{modules:08b}"))
    return "".join(f"h{length}" if dark == "1" else f"m{length} 0" for dark, length in runs)


_STROKES: Final = tuple(map(_strokes, range(256)))


def draw(
    content: str | gs1.Key | gs1.ElementString,
    symbology: Symbology = Symbology.DATA_MATRIX,
    *,
    domain: str = "https://id.gs1.org",
) -> Symbol:
    """Check data and make a symbol of it.

    Args:
        content: Element string in any form, Digital Link, EPC URI, or a key.
        symbology: Kind of symbol.
        domain: Of the Digital Link, where the symbol holds one.

    Raises:
        RefusedError: What is wrong with the data, all at once; `GS1-070` it does not fit.
    """
    pairs = _checked(content)
    identifier = _FORMATS[symbology][1]
    if symbology in _LINKS:
        link = gs1.write_digital_link(pairs, domain)
        symbol = Symbol(symbology, link, identifier + link, pairs)
    else:
        bare = gs1.write_element_string(pairs, brackets=False)
        if symbology is Symbology.GS1_128 and len(bare) > _LINEAR_LENGTH_MAX:
            message = (
                f"GS1-128 holds {_LINEAR_LENGTH_MAX} characters, and the data has {len(bare)}."
            )
            raise RefusedError(codes.SYMBOL_CAPACITY.found(message))
        symbol = Symbol(symbology, gs1.write_element_string(pairs), identifier + bare, pairs)
    if symbol.modules.size == 0:
        raise RefusedError(codes.SYMBOL_CAPACITY.found("There is nothing to draw."))
    return symbol


def address_code(address: str) -> Symbol:
    """Make a QR code of an address that is no Digital Link, such as that of a form.

    Raises:
        RefusedError: `GS1-070` it does not fit.
    """
    symbol = Symbol(Symbology.QR_LINK, address, f"{_FORMATS[Symbology.QR_LINK][1]}{address}", ())
    if symbol.modules.size == 0:
        raise RefusedError(codes.SYMBOL_CAPACITY.found("There is nothing to draw."))
    return symbol


def _checked(content: str | gs1.Key | gs1.ElementString) -> tuple[tuple[str, str], ...]:
    """Return the elements, none twice, after everything a label must obey was checked."""
    checked = gs1.parse_element_string(_element_string(content), associations=True)
    return tuple(dict(checked.pairs).items())


def _element_string(content: str | gs1.Key | gs1.ElementString) -> str:
    if isinstance(content, gs1.Key):
        return gs1.write_element_string(content.elements())
    if isinstance(content, gs1.ElementString):
        return gs1.write_element_string(content.pairs)
    if content[:4].lower() == "http":
        return gs1.write_element_string(gs1.read_digital_link(content).elements)
    if content[:4].lower() == "urn:" or content.isdigit():
        key, _ = gs1.check_any(content)
        if key is not None:
            return gs1.write_element_string(key.elements())
    return content


def _drawn(symbology: Symbology, content: str) -> Grey:
    name, _ = _FORMATS[symbology]
    options: dict[str, object] = {} if symbology in _LINKS else {"gs1": True}
    if name == "DataMatrix":
        options["force_square"] = True
    try:
        form = getattr(zxingcpp.BarcodeFormat, name)
        drawn: Any = zxingcpp.create_barcode(content, form, **options)
    except (ValueError, RuntimeError) as error:
        message = f"The data does not fit into {symbology}: {error}."
        raise RefusedError(codes.SYMBOL_CAPACITY.found(message)) from None
    grey: Grey = np.array(drawn.to_image(scale=1, add_quiet_zones=True), np.uint8)
    if symbology is Symbology.GS1_128:
        grey = np.repeat(grey[:1], _LINEAR_HEIGHT, axis=0)
    return grey


@dataclass(frozen=True, slots=True)
class Scan:
    """One symbol found in an image."""

    text: str
    """What a scanner would transmit, symbology identifier first."""
    symbology: str
    corners: tuple[tuple[int, int], ...]
    """The four corners in pixels, from the top left clockwise."""


def read_symbols(image: bytes | Grey) -> tuple[Scan, ...]:
    """Find every symbol in an image.

    Args:
        image: A PNG file of at most 4 million pixels; with Pillow installed any file it opens; or
            grey pixels of shape (height, width).

    Raises:
        LimitExceeded: `GS1-071` the file is larger than 20 MB.
        RefusedError: `GS1-071` it is no image that can be read.
    """
    pixels = _opened(image) if isinstance(image, bytes) else image
    return tuple(
        Scan(
            f"{found.symbology_identifier}{found.bytes.decode('utf-8', 'replace')}",
            str(found.symbology),
            tuple(
                (corner.x, corner.y)
                for corner in (
                    found.position.top_left, found.position.top_right,
                    found.position.bottom_right, found.position.bottom_left,
                )
            ),
        )
        for found in zxingcpp.read_barcodes(pixels)[:SYMBOLS_MAX]
    )  # fmt: skip


def _opened(content: bytes) -> Grey:
    if len(content) > IMAGE_BYTES_MAX:
        message = f"The image has {len(content):,} bytes; at most {IMAGE_BYTES_MAX:,} are read."
        raise LimitExceeded(codes.IMAGE.found(message))
    try:
        return read_png(content) if content.startswith(SIGNATURE) else _opened_by_pillow(content)
    except PngError as error:
        if _pillow() is not None:
            return _opened_by_pillow(content)
        message = f"The PNG cannot be read: {error}."
        raise RefusedError(codes.IMAGE.found(message)) from None


def _pillow() -> ModuleType | None:
    try:
        return import_module("PIL.Image")
    except ImportError:
        return None


def _opened_by_pillow(content: bytes) -> Grey:
    pillow = _pillow()
    if pillow is None:
        message = (
            "The image is no PNG, and others cannot be read without the package Pillow, which is "
            "not installed."
        )
        raise RefusedError(codes.IMAGE.found(message))
    bombs = (pillow.DecompressionBombError, pillow.DecompressionBombWarning)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pillow.DecompressionBombWarning)
            with pillow.open(BytesIO(content), formats=PILLOW_FORMATS) as image:
                if image.width * image.height <= 10 * PIXELS_MAX:
                    return np.asarray(image.convert("L"), np.uint8)
                why = f"it has {image.width} x {image.height} pixels"
    except (OSError, ValueError, SyntaxError, *bombs) as error:
        why = str(error) or type(error).__name__
    kinds = ", ".join(PILLOW_FORMATS)
    message = f"The image cannot be read as any of {kinds}: {why}."
    raise RefusedError(codes.IMAGE.found(message))
