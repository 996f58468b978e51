"""Our pictures beside zxing-cpp alone: the file is opened by Pillow and read without our reader."""

from __future__ import annotations

import random
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from packtrail import gs1
from packtrail.rendering.symbols import Symbology, draw, read_symbols

FORMATS = {
    Symbology.DATA_MATRIX: "DataMatrix",
    Symbology.GS1_128: "Code128",
    Symbology.QR: "QRCode",
    Symbology.QR_LINK: "QRCode",
    Symbology.DATA_MATRIX_LINK: "DataMatrix",
}
PACKS = 20


def packs() -> list[str]:
    """Return the same packs in every run."""
    chance = random.Random(4)
    return [
        gs1.write_element_string(
            [
                ("01", "03000101234509"),
                ("10", f"L{chance.randrange(100)}"),
                ("21", f"{chance.randrange(10**9)}/a"),
            ]
        )
        for _ in range(PACKS)
    ]


@pytest.mark.parametrize("symbology", list(Symbology))
def test_a_symbol_of_ours_is_what_zxing_reads_from_the_file(symbology: Symbology) -> None:
    for pack in packs():
        symbol = draw(pack, symbology)
        picture = symbol.png(scale=3)
        (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture)).convert("L"))
        (scan,) = read_symbols(picture)

        assert found.format == getattr(zxingcpp.BarcodeFormat, FORMATS[symbology])
        assert found.symbology_identifier == symbol.identifier
        assert found.symbology_identifier + found.bytes.decode() == scan.text == symbol.text


def test_a_symbol_that_zxing_draws_is_read_by_us() -> None:
    for pack in packs():
        drawn = zxingcpp.create_barcode(pack, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
        buffer = BytesIO()
        Image.fromarray(drawn.to_image(scale=4, add_quiet_zones=True)).save(buffer, "PNG")
        (scan,) = read_symbols(buffer.getvalue())

        assert gs1.parse_element_string(scan.text).element_string() == pack
