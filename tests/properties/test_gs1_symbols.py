"""Everything drawn is read back identically."""

from __future__ import annotations

import contextlib
import string

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.test_gs1_keys import keys

from packtrail import gs1
from packtrail.rendering.png import PngError, read_png, write_png
from packtrail.rendering.symbols import Symbology, draw, read_symbols

TEXT = st.text(
    string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_", min_size=1, max_size=20
)
IDENTIFIERS = {
    Symbology.DATA_MATRIX: "]d2",
    Symbology.GS1_128: "]C1",
    Symbology.QR: "]Q3",
    Symbology.QR_LINK: "]Q1",
    Symbology.DATA_MATRIX_LINK: "]d1",
}


@given(TEXT, TEXT, st.sampled_from(list(Symbology)))
@settings(max_examples=60)
def test_a_pack_is_read_back_from_every_symbol(serial: str, lot: str, symbology: Symbology) -> None:
    room = 8 if symbology is Symbology.GS1_128 else 20
    pairs = (("01", "03000101234509"), ("10", lot[:room]), ("21", serial[:room]))
    symbol = draw(gs1.write_element_string(pairs), symbology)
    (scan,) = read_symbols(symbol.png(scale=3))

    assert scan.text == symbol.text
    assert scan.text[:3] == symbol.identifier == IDENTIFIERS[symbology]
    if symbology.endswith("link"):
        assert gs1.read_digital_link(scan.text[3:]).elements == pairs
    else:
        assert gs1.parse_element_string(scan.text).pairs == pairs


@given(keys())
@settings(max_examples=60)
def test_any_key_is_read_back_from_its_matrix(key: gs1.Key) -> None:
    symbol = draw(key)
    (scan,) = read_symbols(symbol.png(scale=2))

    assert scan.text == symbol.text
    assert gs1.parse(scan.text).element_string() == key.element_string()


@given(st.binary(max_size=60))
def test_no_bytes_make_the_reader_of_images_fail(content: bytes) -> None:
    picture = draw("(00)006141411234567890").png()
    damaged = picture[:20] + content + picture[20 + len(content) :]
    for each in (content, picture[:33] + content, damaged):
        with contextlib.suppress(PngError):
            assert read_png(each).ndim == 2


def test_a_picture_survives_its_file() -> None:
    modules = draw("(00)006141411234567890").modules

    assert (read_png(write_png(modules)) == modules).all()
