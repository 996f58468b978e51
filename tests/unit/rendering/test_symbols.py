from __future__ import annotations

import doctest
import re
import struct
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from packtrail import gs1
from packtrail.base.errors import LimitExceeded, RefusedError
from packtrail.rendering import symbols
from packtrail.rendering.png import SIGNATURE, PngError, read_png, write_png
from packtrail.rendering.symbols import Symbology, draw, read_symbols

PACK = "(01)03000101234509(17)301200(10)AB-7(21)11"


def test_examples_in_the_documentation_are_true() -> None:
    assert doctest.testmod(symbols).failed == 0


@pytest.mark.parametrize("symbology", list(Symbology))
def test_every_kind_of_symbol_is_read_back_as_its_text(symbology: Symbology) -> None:
    symbol = draw(PACK, symbology)
    (scan,) = read_symbols(symbol.png())

    assert scan.text == symbol.text
    assert gs1.parse(scan.text) == gs1.parse(PACK)
    assert len(scan.corners) == 4


def test_any_notation_of_a_key_is_drawn() -> None:
    key = gs1.parse("urn:epc:id:sgtin:3000101.023450.11")
    texts = {
        draw(content).text
        for content in (
            key,
            key.epc_uri(),
            key.digital_link(),
            key.element_string(),
            f"]d2{key.element_string(brackets=False)}",
            gs1.parse_element_string(key.element_string()),
        )
    }

    assert texts == {"]d2010300010123450921" + "11"}
    assert draw("3000101234509").content == "(01)03000101234509"


def test_a_link_has_the_domain_that_was_asked_for() -> None:
    symbol = draw(PACK, Symbology.QR_LINK, domain="https://example.com/p")

    assert symbol.content == "https://example.com/p/01/03000101234509/10/AB-7/21/11?17=301200"


@pytest.mark.parametrize("symbology", list(Symbology))
def test_an_svg_shows_the_same_modules_and_the_text(symbology: Symbology) -> None:
    symbol = draw(PACK, symbology)
    picture = ET.fromstring(symbol.svg(with_text=True))
    plain = ET.fromstring(symbol.svg(scale=3))
    space = "{http://www.w3.org/2000/svg}"
    lines = [each.text for each in picture.iter(f"{space}text")]
    height, width = symbol.modules.shape

    assert " ".join(line or "" for line in lines) == symbol.hri
    assert plain.get("width") == str(width * 3)
    assert plain.get("viewBox") == f"0 0 {width} {height}"
    assert np.array_equal(painted(plain, height, width), symbol.modules)


def painted(picture: ET.Element, height: int, width: int) -> np.ndarray:
    """Paint the strokes of a path, `h` with the pen down and `m` with the pen up, as pixels."""
    path = picture.find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    start, *moves = re.findall("[Mmh][-0-9. ]+", path.get("d") or "")
    pen = float(path.get("stroke-width") or 0)
    x, y = (float(part) for part in start[1:].split())
    pixels = np.full((height, width), 255, np.uint8)
    for move in moves:
        long, *down = map(int, move[1:].split())
        if move[0] == "h":
            assert x + long <= width
            pixels[int(y - pen / 2) : int(y + pen / 2), int(x) : int(x) + long] = 0
        x, y = x + long, y + sum(down)
    return pixels


def test_hostile_text_is_escaped_in_an_svg() -> None:
    picture = draw("(01)03000101234509(21)<&\"'>").svg(with_text=True)

    assert ET.fromstring(picture) is not None
    assert "<&" not in picture


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: draw("(01)03000101234508(21)1"), "GS1-009"),
        (lambda: draw("(10)A"), "GS1-034"),
        (lambda: draw("hello"), "GS1-031"),
        (lambda: draw("urn:epc:id:sgtin:1"), "GS1-031"),
        (lambda: draw(PACK + "(91)" + "A" * 30, Symbology.GS1_128), "GS1-070"),
    ],
)
def test_nothing_wrong_is_drawn(make: Callable[[], object], code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        make()

    assert code in {finding.code for finding in caught.value.findings}


def test_more_than_a_symbol_holds_is_refused() -> None:
    internal = "".join(f"(9{n}){'aB1!' * 22}" for n in range(1, 10))
    names = "".join(f"(43{n}){'aB1_' * 8}" for n in ("00", "01", "10", "11"))
    places = "".join(
        f"(43{way}{n}){'aB1_' * 17}" for way in "01" for n in ("2", "3", "4", "5", "6")
    )

    with pytest.raises(RefusedError) as caught:
        draw(f"(00)006141411234567890{places}{names}{internal}(403){'a' * 30}")

    assert [finding.code for finding in caught.value.findings] == ["GS1-070"]


def test_several_symbols_of_one_image_are_read() -> None:
    first = draw(PACK).modules
    second = draw("(00)006141411234567890").modules
    height = max(first.shape[0], second.shape[0])
    sheet = np.full((height + 20, first.shape[1] + second.shape[1] + 30), 255, np.uint8)
    sheet[10 : 10 + first.shape[0], 10 : 10 + first.shape[1]] = first
    sheet[10 : 10 + second.shape[0], -10 - second.shape[1] : -10] = second
    found = read_symbols(np.kron(sheet, np.ones((4, 4), np.uint8)))

    assert {scan.text for scan in found} == {draw(PACK).text, "]d2" + "00006141411234567890"}


def test_a_photograph_is_read_with_pillow() -> None:
    image_module = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    symbol = draw("(01)09521101530001(21)AB", Symbology.DATA_MATRIX)
    photograph = BytesIO()
    image_module.open(BytesIO(symbol.png())).convert("RGB").save(photograph, "JPEG", quality=80)

    (scan,) = read_symbols(photograph.getvalue())

    assert scan.text == "]d2010952110153000121AB"


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


def test_without_pillow_a_photograph_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(RefusedError) as caught:
        read_symbols(JPEG)
    (finding,) = caught.value.findings

    assert finding.code == "GS1-071"
    assert "cannot be read without the package Pillow, which is not installed" in finding.message
    assert "packtrail[images]" in finding.remedy


def test_a_photograph_that_is_damaged_is_refused_with_the_reason() -> None:
    pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    with pytest.raises(RefusedError, match=r"cannot be read as any of BMP, GIF, JPEG, .*: Trunc"):
        read_symbols(JPEG)


def test_an_image_without_symbols_has_none() -> None:
    assert read_symbols(write_png(np.full((50, 50), 255, np.uint8))) == ()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def image(head: tuple[int, ...], rows: bytes, palette: bytes = b"") -> bytes:
    parts = [(b"IHDR", struct.pack(">IIBBBBB", *head)), (b"PLTE", palette), (b"IDAT", rows)]
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in parts)


GREY = (3, 2, 8, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "pixels"),
    [
        (image(GREY, zlib.compress(b"\0\1\2\3\2\1\1\1")), [[1, 2, 3], [2, 3, 4]]),
        (image(GREY, zlib.compress(b"\1\1\1\1\4\1\1\1")), [[1, 2, 3], [2, 3, 4]]),
        (image(GREY, zlib.compress(b"\3\2\2\2\3\2\2\2")), [[2, 3, 3], [3, 5, 6]]),
        (image((8, 1, 1, 0, 0, 0, 0), zlib.compress(b"\0\xaa")), [[255, 0] * 4]),
        (image((3, 1, 4, 3, 0, 0, 0), zlib.compress(b"\0\x01\x20"), b"\0\0\0\xff\xff\xff\5\5\5"),
         [[0, 255, 5]]),
        (image((1, 1, 8, 2, 0, 0, 0), zlib.compress(b"\0\xff\0\0")), [[76]]),
        (image((2, 1, 8, 4, 0, 0, 0), zlib.compress(b"\0\0\xff\0\0")), [[0, 255]]),
        (image((1, 1, 8, 6, 0, 0, 0), zlib.compress(b"\0\0\0\0\0")), [[255]]),
    ],
)  # fmt: skip
def test_every_form_of_png_is_read(content: bytes, pixels: list[list[int]]) -> None:
    assert read_png(content).tolist() == pixels


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a", "does not begin"),
        (SIGNATURE, "header is missing"),
        (image((9999, 9999, 8, 0, 0, 0, 0), b""), "pixels"),
        (image((0, 9, 8, 0, 0, 0, 0), b""), "pixels"),
        (image((3, 2, 16, 0, 0, 0, 0), b""), "16 bits"),
        (image((3, 2, 8, 0, 0, 0, 1), b""), "interlaced"),
        (image(GREY, b"no zlib"), "unpacked"),
        (image(GREY, zlib.compress(b"\0\1")), "cut off"),
        (image(GREY, zlib.compress(b"\7\1\2\3\0\1\2\3")), "filter 7"),
    ],
)
def test_a_damaged_png_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(PngError, match=words):
        read_png(content)
    with pytest.raises(RefusedError) as caught:
        read_symbols(content)
    assert caught.value.findings[0].code == "GS1-071"


def test_a_huge_file_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(LimitExceeded):
        read_symbols(bytes(symbols.IMAGE_BYTES_MAX + 1))
