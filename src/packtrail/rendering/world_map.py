"""The world as a grid of equal tiles, one a country, so that small markets weigh as much as large.

The grid is our own: countries stand about where an atlas has them. Drawn by the server, without
script; colours come from CSS classes, and without a style sheet the picture is still readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from packtrail.rendering.svg import element, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_GRID: Final = """
.. .. .. .. .. .. .. .. .. IS .. .. NO SE FI EE .. .. .. .. .. .. .. .. .. .. .. ..
.. CA .. .. .. .. .. .. .. .. .. .. DK .. LV LT .. RU .. .. .. .. .. .. .. .. .. ..
.. US .. .. .. .. .. .. IE GB .. NL DE PL BY UA .. .. KZ .. .. MN .. .. .. .. .. ..
.. MX .. BS .. .. .. .. .. .. BE LU CZ SK MD .. GE .. UZ KG .. CN .. KP .. JP .. ..
GT BZ CU HT DO .. .. .. .. FR CH LI AT HU RO .. AM AZ TM TJ .. .. .. KR .. .. .. ..
SV HN JM KN AG DM .. .. PT ES AD MC IT SI HR RS BG TR IR AF PK NP BT HK TW .. .. ..
NI CR PA LC VC BB .. .. .. .. .. SM VA BA ME MK GR CY SY IQ IN BD MM LA VN PH .. ..
.. CO VE GD TT .. .. .. MA DZ TN MT .. AL XK .. .. LB JO KW .. LK TH KH .. .. PW FM
EC PE BR GY SR .. CV .. MR ML LY EG .. .. .. PS IL SA BH QA .. MV MY SG BN .. MH NR
.. BO PY .. .. .. SN GM NE TD SD ER .. .. .. .. .. YE OM AE .. .. ID TL PG SB KI TV
.. CL AR UY .. .. GW GN BF NG CF SS ET DJ .. .. .. .. .. .. .. .. AU .. VU FJ WS TO
.. .. .. .. .. .. SL CI GH BJ CM CG UG KE SO .. .. .. .. .. .. .. NZ .. .. .. .. ..
.. .. .. .. .. .. LR TG GQ GA CD RW BI TZ .. SC .. .. .. .. .. .. .. .. .. .. .. ..
.. .. .. .. .. .. .. ST AO ZM MW MZ KM .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..
.. .. .. .. .. .. .. .. NA BW ZW SZ MG MU .. .. .. .. .. .. .. .. .. .. .. .. .. ..
.. .. .. .. .. .. .. .. .. ZA LS .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. .. ..
"""

PLACES: Final[Mapping[str, tuple[int, int]]] = {
    code: (column, row)
    for row, line in enumerate(_GRID.strip().splitlines())
    for column, code in enumerate(line.split())
    if code != ".."
}
"""Country -> column and row of its tile."""
_STEP, _SIZE, _LINE = 38, 34, 15
_COLUMNS, _ROWS = 28, 16
_FILLS: Final = {
    "good": ("#cfe8d9", "#176b3c"),
    "moving": ("#d3e3f5", "#1a5aa3"),
    "attention": ("#f6e3bd", "#855000"),
    "bad": ("#f6cfcb", "#ae231c"),
    "plain": ("#e4e9e6", "#41544f"),
}
"""Tone -> ground and ink, for readers without our style sheet."""
_QUIET: Final = ("#ffffff", "#4d605c")
_NOTHING: Final = ("#f6f7f6", "#9aa8a3")


@dataclass(frozen=True, slots=True)
class Tile:
    """What the map says of one country."""

    tone: str
    """good, moving, attention, bad, or plain."""
    title: str
    """What it says in words."""
    link: str = ""
    is_dashed: bool = False
    """Whether what it says is not sure."""
    is_quiet: bool = False
    """Whether it only says that there is something to say."""


def draw(tiles: Mapping[str, Tile], *, title: str, prefix: str = "world") -> str:
    """Draw the map.

    Args:
        tiles: Country -> what is said of it; every other is drawn as nothing.
        title: What the map shows.
        prefix: Start of the ids in the picture, unique on its page.
    """
    told = "; ".join(each.title for _, each in sorted(tiles.items()))
    parts = [
        element("title", text(title), id=f"{prefix}-title"),
        element("desc", text(told), id=f"{prefix}-desc"),
        *(_tile(code, tiles.get(code)) for code in PLACES),
    ]
    width, height = _COLUMNS * _STEP, _ROWS * _STEP
    return element(
        "svg", "".join(parts), class_="world-svg", viewBox=f"0 0 {width} {height}",
        width=str(width), height=str(height), role="img",
        aria_labelledby=f"{prefix}-title", font_family="sans-serif", font_size="12",
    )  # fmt: skip


def _tile(code: str, tile: Tile | None) -> str:
    column, row = PLACES[code]
    x, y = column * _STEP + 2, row * _STEP + 2
    ground, ink, tone = _look(tile)
    box = element(
        "rect", x=x, y=y, width=_SIZE, height=_SIZE, rx=6, fill=ground, stroke=ink,
        stroke_width="1.5" if tile and not tile.is_quiet else "0.6",
        stroke_dasharray="3 2" if tile and tile.is_dashed else None,
    )  # fmt: skip
    name = element(
        "text", text(code), x=x + _SIZE / 2, y=float(y + _LINE + 6), text_anchor="middle",
        fill=ink, font_weight="700" if tile and not tile.is_quiet else "400",
    )  # fmt: skip
    label = element("title", text(tile.title)) if tile else ""
    drawn = element("g", label + box + name, class_=f"w-tile w-{tone}")
    return element("a", drawn, href=tile.link) if tile and tile.link else drawn


def _look(tile: Tile | None) -> tuple[str, str, str]:
    """Return ground, ink and class of a tile."""
    if tile is None:
        return *_NOTHING, "nothing"
    return (*_QUIET, "quiet") if tile.is_quiet else (*_FILLS[tile.tone], tile.tone)
