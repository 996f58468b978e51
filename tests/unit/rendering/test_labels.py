"""Labels: every one that is drawn is read back, from pixels, from the picture and from ZPL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typst

from packtrail.base.errors import RefusedError
from packtrail.rendering.labels import (
    Label,
    SymbolItem,
    Template,
    built_in,
    choose,
    fill,
    read_template,
    templates,
)
from packtrail.rendering.symbols import draw, read_symbols

GTIN = "03000101234509"
SSCC = "106141410000000002"
ELEMENTS = {
    "00": SSCC, "01": GTIN, "21": "7K2M9R4T1XVC", "17": "281231", "10": "A_1B/2", "91": "ABCD",
    "710": "12345678",
}  # fmt: skip
VALUES = {
    "product": "Épi^stra <5 mg> & ~co\\", "gtin": GTIN, "serial": "7K2M9R4T1XVC", "lot": "A_1B/2",
    "expiry_month": "12.2028", "expiry_iso": "2028-12-31", "expiry_yymmdd": "281231",
    "national_number": "12345678", "holds": "20", "content_gtin": GTIN, "content_count": "60",
    "sscc": SSCC,
}  # fmt: skip
NAMES = sorted(built_in())


def filled(name: str, **more: Any) -> Label:
    return fill(built_in()[name], VALUES, ELEMENTS, **more)


def said(label: Label) -> list[str]:
    return [symbol.text for _, symbol in label.symbols]


@pytest.mark.parametrize("name", NAMES)
def test_a_decoder_reads_what_a_printer_of_its_resolution_prints(name: str) -> None:
    label = filled(name)

    assert [scan.text for scan in read_symbols(label.png())] == said(label)


@pytest.mark.parametrize("name", NAMES)
def test_a_decoder_reads_the_picture(name: str, tmp_path: Path) -> None:
    label = filled(name)
    (tmp_path / "label.svg").write_text(label.svg(), encoding="utf-8")
    page = tmp_path / "page.typ"
    page.write_text(
        '#set page(width: auto, height: auto, margin: 5mm)\n#image("label.svg", width: 120mm)'
    )

    png = typst.compile(str(page), format="png", ppi=300)

    assert [scan.text for scan in read_symbols(png)] == said(label)


@pytest.mark.parametrize("name", NAMES)
def test_zpl_says_the_same(name: str) -> None:
    label = filled(name)
    zpl = label.zpl(copies=2)

    assert (zpl[:3], zpl.rstrip()[-3:]) == ("^XA", "^XZ")
    assert "^PQ2" in zpl
    assert printed(zpl) == said(label)
    for _, line in label.texts:
        assert line in [unescaped(each) for each in re.findall(r"\^A0N.*?\^FD(.*?)\^FS", zpl)]
    assert not re.search(r"\^FD[^\n]*[~^](?!FS)", zpl)


def printed(zpl: str) -> list[str]:
    """Read the symbols of a label as a printer does, and draw them once more."""
    found = []
    for data in re.findall(r"\^BXN,\d+,200,,,,_\^FH\\\^FD(.*?)\^FS", zpl):
        text = re.sub("_(.)", lambda m: {"1": "\x1d", "_": "_"}[m[1]], unescaped(data))
        assert text[0] == "\x1d"
        found.append("]d2" + text[1:])
    for data in re.findall(r"\^BCN,\d+,N,N,N\^FH\\\^FD(.*?)\^FS", zpl):
        assert data[:4] in {">;>8", ">:>8"}
        assert data[1] == ":" or len(data) % 2 == 0
        found.append("]C1" + data[4:].replace(">8", "\x1d").replace(">0", ">"))
    return found


def unescaped(data: str) -> str:
    return re.sub(r"\\([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), data)


def test_the_law_can_ask_for_more_in_the_symbol() -> None:
    label = filled("pack-eu", asked=("01", "710", "91"))

    (text,) = said(label)
    assert text == draw(f"(01){GTIN}(21)7K2M9R4T1XVC(17)281231(10)A_1B/2(91)ABCD(710)12345678").text
    assert [scan.text for scan in read_symbols(label.png())] == [text]


def test_what_is_missing_is_named_all_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        fill(built_in()["pack-eu"], VALUES | {"lot": ""}, {"01": GTIN, "21": "A", "17": "281231"},
             asked=("91", "92"))  # fmt: skip

    assert [(each.code, each.at) for each in refused.value.findings] == [
        ("LIN-072", "Lot: {lot}"), ("LIN-072", "(10)"), ("LIN-072", "(91)"), ("LIN-072", "(92)"),
    ]  # fmt: skip


def test_a_line_that_needs_what_is_not_there_is_left_out() -> None:
    label = fill(built_in()["pack-eu"], VALUES | {"national_number": ""}, ELEMENTS)

    assert not any(line.startswith("NN") for _, line in label.texts)


def test_bars_hold_letters_and_what_zpl_cannot_draw_is_refused() -> None:
    template = read_template(
        b"""title = "x"\nlevels = ["case"]\nmarkets = []\nwidth_mm = 150\nheight_mm = 40\ndpi = 300
        [[symbols]]\nsymbology = "gs1-128"\nelements = ["01", "10", "21"]\nx_mm = 2\ny_mm = 2
        size_mm = 140\nheight_mm = 20""",
        "x.toml",
    )
    label = fill(template, VALUES, ELEMENTS)
    assert printed(label.zpl()) == said(label) == [scan.text for scan in read_symbols(label.png())]

    (item,) = template.symbols
    link = SymbolItem(**{
        **{field: getattr(item, field) for field in item.__struct_fields__},
        "symbology": "qr-link", "elements": ("01", "21"), "size_mm": 30.0,
    })  # fmt: skip
    other = msgspec.structs.replace(template, symbols=(link,))
    with pytest.raises(RefusedError):
        fill(other, VALUES, ELEMENTS).zpl()


def test_a_symbol_without_room_is_refused() -> None:
    template = built_in()["pack-eu"]
    small = Template(**{
        **{field: getattr(template, field) for field in template.__struct_fields__}, "dpi": 100,
        "height_mm": 10.0,
    })  # fmt: skip

    with pytest.raises(RefusedError) as refused:
        fill(small, VALUES, ELEMENTS)

    assert refused.value.findings[0].code == "LIN-071"


@pytest.mark.parametrize(
    ("level", "carries", "market", "name"),
    [
        ("pack", "gtin", "DE", "pack-eu"), ("pack", "gtin", "US", "pack-us"),
        ("pack", "gtin", "TR", "pack"), ("case", "gtin", "DE", "case-gtin"),
        ("case", "sscc", "US", "logistic"), ("pallet", "sscc", "XX", "logistic"),
    ],
)  # fmt: skip
def test_the_template_of_a_market_comes_first(
    level: str, carries: str, market: str, name: str
) -> None:
    assert choose(built_in(), level, carries, market) is built_in()[name]


def test_templates_of_ones_own_replace_built_in_ones(tmp_path: Path) -> None:
    source = (Path("src/packtrail/rendering/label_templates/pack.toml")).read_text()
    (tmp_path / "pack-eu.toml").write_text(source.replace("Pack, any market", "Ours"))

    found = templates(str(tmp_path))

    assert found["pack-eu"].title.startswith("Ours")
    assert set(found) == set(NAMES)


@pytest.mark.parametrize(
    "content", [b"title = 1", b"no toml", b"\xff", b'title = "x"\nsurprise = 1']
)
def test_a_file_that_is_no_template_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        read_template(content, "mine.toml")

    assert "mine.toml" in refused.value.findings[0].message
