"""Packtrail's own icons: 24 by 24, drawn with one line, in the colour of the text around them.

An icon never stands for a meaning alone: a word is beside it, so it is hidden from readers.
"""

from __future__ import annotations

from packtrail.rendering import svg

PATHS: dict[str, str] = {
    "home": "M4 11l8-7 8 7M6 9.5V20h4.5v-6h3v6H18V9.5",
    "scan": "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3"
    "M8 20H5a1 1 0 0 1-1-1v-3M8 8v8M11 8v8M13.5 8v8M16 8v8",
    "search": "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
    "capture": "M4 14v4.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V14M12 4v11M8 11l4 4 4-4",
    "upload": "M4 14v4.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V14M12 15V4M8 8l4-4 4 4",
    "download": "M4 20h16M12 4v12M8 12l4 4 4-4",
    "plan": "M4 5v15h16M8 8h6M10 12h7M13 16h6",
    "audit": "M7 4h10a1 1 0 0 1 1 1v15l-3-2-3 2-3-2-3 2V5a1 1 0 0 1 1-1zM9 8.5h6M9 12.5h6",
    "setup": "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
    "M9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    "pack": "M5 8.5L12 5l7 3.5v7L12 19l-7-3.5zM5 8.5l7 3.5 7-3.5M12 12v7",
    "container": "M4 6h16v12H4zM4 10h16M10 6v4h4V6M7 15h3",
    "pallet": "M3 17h18M5 17v3M12 17v3M19 17v3M5 9h6v8H5zM13 9h6v8h-6zM9 3h6v6H9z",
    "line": "M3 15h18M3 19h18M5.5 17h.01M10 17h.01M14 17h.01M18.5 17h.01M5 8h5v5H5zM14 8h5v5h-5z",
    "lot": "M4 4h7l9 9-7 7-9-9zM8 8h.01",
    "product": "M8.2 20a4.2 4.2 0 0 1-3-7.2l7.6-7.6a4.2 4.2 0 0 1 6 6l-7.6 7.6"
    "a4.2 4.2 0 0 1-3 1.2zM9 9l6 6",
    "place": "M12 21c4.5-4.5 7-8 7-11a7 7 0 1 0-14 0c0 3 2.5 6.5 7 11zM12 12.5"
    "a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    "event": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 8v4l3 2",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "active": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM8.5 12.3l2.5 2.5 4.7-5",
    "commissioned": "M4 6v12M7.5 6v12M10 6v12M14 6v12M16.5 6v12M20 6v12",
    "packed": "M4 11h16v9H4zM12 3v9M9 9l3 3 3-3",
    "reactivated": "M18.9 10A7 7 0 1 0 19 13M19 5v5h-5M9 12.2l2.2 2.2 3.8-4",
    "locked": "M6.5 11h11v9h-11zM9 11V8a3 3 0 0 1 6 0v3M12 14.5v2.5",
    "withdraw": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM8 12h8",
    "expired": "M7 4h10M7 20h10M8 4c0 5 8 6 8 8s-8 3-8 8M16 4c0 5-8 6-8 8s8 3 8 8",
    "free_sample": "M5 11h14v9H5zM4 8h16v3H4zM12 8v12M12 8C10 4 6 5 7 8M12 8c2-4 6-3 5 0",
    "checked_out": "M5 11v9h14v-9M12 15V4M8.5 7.5L12 4l3.5 3.5",
    "truck": "M3 6h11v10H3zM14 10h4l3 3v3h-7zM7 18.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z"
    "M17 18.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
    "receive": "M4 11v9h16v-9M12 3v10M8 9l4 4 4-4",
    "hold": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM10 9v6M14 9v6",
    "recall": "M3 10v4h3l7 4V6l-7 4zM16.5 9.5a4 4 0 0 1 0 5M19 7a8 8 0 0 1 0 10",
    "return": "M9 6L4 11l5 5M4 11h10a5 5 0 0 1 0 10h-2",
    "sample": "M9 4h6M10 4v6l-5 8.5A1 1 0 0 0 6 20h12a1 1 0 0 0 1-1.5L14 10V4M8 15h8",
    "export": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM4 12h16M12 4c2.5 2.5 2.5 13.5 0 16"
    "M12 4c-2.5 2.5-2.5 13.5 0 16",
    "dispense": "M12 21s-7-4.5-7-10a4 4 0 0 1 7-2.6A4 4 0 0 1 19 11c0 5.5-7 10-7 10z",
    "partial": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 4v16M12 8h4M12 12h5M12 16h4",
    "stolen": "M12 4l7 3v5c0 4-3 7-7 8-4-1-7-4-7-8V7zM9.5 9.5l5 5M14.5 9.5l-5 5",
    "lost": "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5h.01"
    "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
    "unknown": "M5 8V5h3M16 5h3v3M19 16v3h-3M8 19H5v-3M12 16h.01"
    "M10 9.5a2 2 0 1 1 2.8 1.9c-.6.3-.8.7-.8 1.6",
    "damaged": "M12 3l9 17H3zM13 9l-2.5 4h3L11 17",
    "destroy": "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
    "decommission": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM6.5 6.5l11 11",
    "transform": "M4 8h11l-3-3M20 16H9l3 3",
    "unpack": "M5 11l7 3 7-3v6l-7 3-7-3zM12 14v6M12 10V3M9 6l3-3 3 3",
    "error": "M8.5 4h7L20 8.5v7L15.5 20h-7L4 15.5v-7zM12 8v5M12 16h.01",
    "warning": "M12 4l9 16H3zM12 10v4.5M12 17.3h.01",
    "note": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 11v5M12 8h.01",
    "copy": "M9 9h10v11H9zM5 15V4h10",
    "user": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c1-4 4-5.5 7.5-5.5s6.5 1.5 7.5 5.5",
    "key": "M8 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 12h9v3M17 12v3",
    "organisation": "M4 20h16M6 20V5h8v15M14 10h4v10M9 8.5h2M9 12h2M9 15.5h2",
    "leave": "M14 4H6v16h8M10 12h10M17 9l3 3-3 3",
    "time": "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 7.5V12l3 2",
    "next": "M9 5l7 7-7 7",
    "withdrawn": "M6 6l12 12M18 6L6 18",
    "raw": "M9 6l-5 6 5 6M15 6l5 6-5 6",
    "serials": "M9.5 4L7 20M17 4l-2.5 16M4.5 9H20M4 15h15.5",
    "pool": "M5 4v14.5A1.5 1.5 0 0 0 6.5 20h11a1.5 1.5 0 0 0 1.5-1.5V4"
    "M5 11.5c2.3-1.6 4.7-1.6 7 0s4.7 1.6 7 0",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
    "print": "M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z",
    "comply": "M12 4v16M8 20h8M5 7.5h14M5 7.5l-2.5 6.5a2.7 2.7 0 0 0 5 0z"
    "M19 7.5l-2.5 6.5a2.7 2.7 0 0 0 5 0z",
    "calendar": "M5 6h14v14H5zM5 10.5h14M9 3.5V8M15 3.5V8",
    "document": "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
}


def paths(name: str) -> str:
    """Return the drawing of an icon, to be placed inside another picture."""
    return svg.element("path", d=PATHS.get(name, PATHS["event"]))


def icon(name: str) -> str:
    """Return an icon as inline SVG, hidden from screen readers."""
    return svg.element(
        "svg", paths(name), class_="icon", viewBox="0 0 24 24", width="20", height="20",
        fill="none", stroke="currentColor", stroke_width="1.7", stroke_linecap="round",
        stroke_linejoin="round", aria_hidden="true", focusable="false",
    )  # fmt: skip
