"""Labels: a template filled with the values of one object, as ZPL for printers, SVG and pixels.

A template is data: a TOML file with symbols and lines of text, placed in millimetres. What a symbol
says is checked by the core before anything is drawn; what a template asks for and the object does
not have is named, and nothing is drawn.

Clause:
    GS1 General Specifications, 4.14 (human-readable interpretation) and 5; ZPL II: ^BX, ^BC.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec
import numpy as np

from packtrail.base.errors import RefusedError, UsageError
from packtrail.production.codes import BAD_TEMPLATE, LABEL_LACKS
from packtrail.rendering.png import Grey, write_png
from packtrail.rendering.svg import element, text
from packtrail.rendering.symbols import Symbol, Symbology, draw

_INCH_MM: Final = 25.4
_SIDE_MAX_MM: Final = 400.0
_SUFFIX: Final = ".toml"
_VARIABLE: Final = frozenset({"10", "21", "710", "711", "712", "713", "714", "715", "716", "717"})
"""Elements without a length of their own: they go last where it matters to the size."""


class TextItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of text."""

    text: str
    """With names of values in braces: `Lot: {lot}`."""
    x_mm: float
    y_mm: float
    size_mm: float
    """Height of a line."""
    needs: str = ""
    """A value without which the line is left out."""


class SymbolItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One symbol."""

    symbology: Symbology
    elements: tuple[str, ...]
    """Application identifiers in the order of the symbol."""
    x_mm: float
    y_mm: float
    size_mm: float
    """Most that it may be wide, quiet zone included."""
    height_mm: float = 0.0
    """Of bars."""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label to be filled."""

    title: str
    levels: tuple[str, ...]
    markets: tuple[str, ...]
    """Markets it is for; none: any."""
    width_mm: float
    height_mm: float
    dpi: int
    symbols: tuple[SymbolItem, ...]
    texts: tuple[TextItem, ...] = ()
    carries: str = ""
    """`gtin` or `sscc`: only for levels that carry it; empty: for both."""

    def is_for(self, level: str, carries: str) -> bool:
        """Tell whether objects of a level can have it."""
        return level in self.levels and self.carries in {"", carries}


@dataclass(frozen=True, slots=True)
class Label:
    """A label that is filled: what it says is checked."""

    template: Template
    symbols: tuple[tuple[SymbolItem, Symbol], ...]
    texts: tuple[tuple[TextItem, str], ...]

    def zpl(self, *, copies: int = 1) -> str:
        """Return the label for a printer, in ZPL II, UTF-8."""
        lines = [
            "^XA",
            "^CI28",
            f"^PW{self._dots(self.template.width_mm)}",
            f"^LL{self._dots(self.template.height_mm)}",
            *(self._zpl_symbol(item, symbol) for item, symbol in self.symbols),
            *(self._zpl_text(item, line) for item, line in self.texts),
            f"^PQ{max(1, copies)}",
            "^XZ",
        ]
        return "\n".join(lines) + "\n"

    def svg(self) -> str:
        """Return the label as a picture, in the size in which it is printed."""
        template = self.template
        parts = [element("rect", width=template.width_mm, height=template.height_mm, fill="#fff")]
        for item, symbol in self.symbols:
            parts.append(_nested(item, symbol))
        parts += [
            element(
                "text", text(line), x=item.x_mm, y=item.y_mm + item.size_mm * 0.8,
                font_size=item.size_mm, font_family="sans-serif", fill="#000",
            )
            for item, line in self.texts
        ]  # fmt: skip
        said = "; ".join([*(symbol.hri for _, symbol in self.symbols)])
        return element(
            "svg", element("title", text(said)) + "".join(parts),
            xmlns="http://www.w3.org/2000/svg", role="img",
            viewBox=f"0 0 {template.width_mm:g} {template.height_mm:g}",
            width=f"{template.width_mm:g}mm", height=f"{template.height_mm:g}mm",
        )  # fmt: skip

    def pixels(self) -> Grey:
        """Return the symbols as a printer of the template's resolution puts them on the label."""
        template = self.template
        height, width = self._dots(template.height_mm), self._dots(template.width_mm)
        page = np.full((height, width), 255, dtype=np.uint8)
        for item, symbol in self.symbols:
            drawn = self._printed(item, symbol)
            top, left = self._dots(item.y_mm), self._dots(item.x_mm)
            page[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
        return page

    def png(self) -> bytes:
        """Return `pixels` as an image."""
        return write_png(self.pixels())

    def _dots(self, mm: float) -> int:
        return round(mm * self.template.dpi / _INCH_MM)

    def _module(self, item: SymbolItem, symbol: Symbol) -> int:
        """Return the width of a module in dots: as wide as there is room for."""
        return self._dots(item.size_mm) // int(symbol.modules.shape[1])

    def _printed(self, item: SymbolItem, symbol: Symbol) -> Grey:
        module = self._module(item, symbol)
        if symbol.symbology is Symbology.GS1_128:
            bars = symbol.modules[:1].repeat(module, axis=1)
            return bars.repeat(self._dots(item.height_mm), axis=0)
        return symbol.modules.repeat(module, axis=0).repeat(module, axis=1)

    def _zpl_symbol(self, item: SymbolItem, symbol: Symbol) -> str:
        module = self._module(item, symbol)
        at = f"^FO{self._dots(item.x_mm)},{self._dots(item.y_mm)}"
        bare = symbol.text.removeprefix(symbol.identifier)
        if symbol.symbology is Symbology.GS1_128:
            height = self._dots(item.height_mm)
            return f"{at}^BY{module}^BCN,{height},N,N,N^FH\\^FD{_hex(_code_128(bare))}^FS"
        if symbol.symbology is not Symbology.DATA_MATRIX:
            message = f"No printer draws {symbol.symbology} from ZPL; take the picture."
            raise RefusedError(BAD_TEMPLATE.found(message, at="symbols"))
        data = "_1" + bare.replace("_", "__").replace("\x1d", "_1")
        return f"{at}^BXN,{module},200,,,,_^FH\\^FD{_hex(data)}^FS"

    def _zpl_text(self, item: TextItem, line: str) -> str:
        size = self._dots(item.size_mm)
        at = f"^FO{self._dots(item.x_mm)},{self._dots(item.y_mm)}"
        return f"{at}^A0N,{size},{size}^FH\\^FD{_hex(line)}^FS"


def fill(
    template: Template,
    values: Mapping[str, str],
    elements: Mapping[str, str],
    *,
    asked: Sequence[str] = (),
) -> Label:
    """Fill a template.

    Args:
        template: What is where.
        values: What lines of text name: `lot`, `gtin`, `serial`, `expiry_month`, ...
        elements: Application identifier -> value, of the object.
        asked: Application identifiers that the law asks for in the symbol of a pack; they come
            after those of the template.

    Raises:
        RefusedError: `LIN-072` names what is asked for and not there, everything at once; `LIN-071`
            a symbol has no room; a `GS1` code, the data is wrong.
    """
    lines = [
        (item, item.text) for item in template.texts if not item.needs or values.get(item.needs, "")
    ]
    findings = [
        LABEL_LACKS.found(f"The label needs {name}, and there is none.", at=line)
        for _, line in lines
        for name in _names(line)
        if not values.get(name)
    ]
    wanted = {item: _wanted(item, asked) for item in template.symbols}
    findings += [
        LABEL_LACKS.found(f"The symbol needs ({ai}), and there is no value.", at=f"({ai})")
        for each in wanted.values()
        for ai in each
        if not elements.get(ai)
    ]
    if findings:
        raise RefusedError(*findings)
    symbols = tuple(
        (item, draw("".join(f"({ai}){elements[ai]}" for ai in each), item.symbology))
        for item, each in wanted.items()
    )
    label = Label(template, symbols, tuple((item, line.format_map(values)) for item, line in lines))
    _require_room(label)
    return label


def _wanted(item: SymbolItem, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the elements of a symbol; those of fixed length go first where the law adds some."""
    if "01" not in item.elements:
        return item.elements
    added = [ai for ai in asked if ai not in item.elements]
    return (*item.elements, *sorted(added, key=lambda ai: ai in _VARIABLE))


def _require_room(label: Label) -> None:
    template = label.template
    for item, symbol in label.symbols:
        drawn_mm = label._printed(item, symbol).shape[0] * _INCH_MM / template.dpi  # noqa: SLF001
        if label._module(item, symbol) < 1 or item.y_mm + drawn_mm > template.height_mm:  # noqa: SLF001
            message = f"There is no room for {symbol.hri} in {item.size_mm:g} mm."
            raise RefusedError(BAD_TEMPLATE.found(message, at="symbols"))


def _nested(item: SymbolItem, symbol: Symbol) -> str:
    """Return a symbol as a part of a larger picture."""
    rows, columns = symbol.modules.shape
    is_linear = symbol.symbology is Symbology.GS1_128
    height = item.height_mm if is_linear else item.size_mm * rows / columns
    return (
        symbol.svg()
        .replace(
            "<svg ",
            f'<svg x="{item.x_mm:g}" y="{item.y_mm:g}" preserveAspectRatio="none" ',
            1,
        )
        .replace(
            f'width="{columns * 4}" height="{rows * 4}"',
            f'width="{item.size_mm:g}" height="{height:g}"',
        )
    )


def _names(line: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(line) if name is not None]


def _code_128(bare: str) -> str:
    """Return data as ^BC takes it: pairs of digits in subset C, anything else in subset B."""
    if bare.isdigit() and len(bare) % 2 == 0:
        return f">;>8{bare}"
    return ">:>8" + bare.replace(">", ">0").replace("\x1d", ">8")


def _hex(line: str) -> str:
    r"""Return text as ^FH\ reads it: what ZPL means something else by is written in hexadecimal."""
    return "".join(f"\\{ord(each):02X}" if each in "^~\\\x1d" else each for each in line)


# --- templates ------------------------------------------------------------------------------------


@cache
def built_in() -> Mapping[str, Template]:
    """Return the templates that come with Packtrail, by name."""
    folder = resources.files("packtrail.rendering") / "label_templates"
    return MappingProxyType(
        {
            each.name.removesuffix(_SUFFIX): read_template(each.read_bytes(), each.name)
            for each in sorted(folder.iterdir(), key=lambda each: each.name)
            if each.name.endswith(_SUFFIX)
        }
    )


def templates(folder: str = "") -> Mapping[str, Template]:
    """Return the templates by name, those of a folder in place of built-in ones of the same name.

    Raises:
        UsageError: The folder or a file of it cannot be read.
        RefusedError: `LIN-071`, a file is no template.
    """
    found = dict(built_in())
    if folder:
        try:
            paths = sorted(Path(folder).glob(f"*{_SUFFIX}"))
            found |= {path.stem: read_template(path.read_bytes(), path.name) for path in paths}
        except OSError as error:
            raise UsageError(f"The label templates in {folder}: {error.strerror}.") from error
    return MappingProxyType(found)


def read_template(content: bytes, name: str) -> Template:
    """Read a template from TOML.

    Raises:
        RefusedError: `LIN-071` says what is wrong with it.
    """
    try:
        told: dict[str, Any] = tomllib.loads(content.decode())
        template = msgspec.convert(told, Template)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RefusedError(BAD_TEMPLATE.found(f"{name}: {error}", at=name)) from error
    sides = (template.width_mm, template.height_mm)
    if not all(0 < side <= _SIDE_MAX_MM for side in sides) or template.dpi not in range(100, 1300):
        message = f"{name}: sides of up to {_SIDE_MAX_MM:g} mm and 100 to 1,299 dpi are expected."
        raise RefusedError(BAD_TEMPLATE.found(message, at=name))
    return template


def choose(known: Mapping[str, Template], level: str, carries: str, market: str) -> Template | None:
    """Return the template for a level and market: one of the market, else one for any."""
    fitting = [each for each in known.values() if each.is_for(level, carries)]
    own = [each for each in fitting if market in each.markets]
    return next(iter(own or [each for each in fitting if not each.markets]), None)
