"""`packtrail bench gs1`: how fast identifiers are read and converted, beside other libraries.

Each figure is the best of several runs over the same list, in CPU seconds of one core, so that
other work on the machine does not count. Libraries that are not installed are left out.
"""

from __future__ import annotations

import importlib
import platform
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer

from packtrail.cli import options
from packtrail.cli.output import talk, write_json, write_table
from packtrail.launch.bench import Figure, Report, _machine, _row, bench

RUNS = 5
PRODUCTS = 20
PREFIX_LENGTH = 7
_SYMBOLS_SHARE = 20


@dataclass(frozen=True, slots=True)
class _Task:
    """One thing measured, and how others do it."""

    name: str
    ours: Callable[[], object]
    others: dict[str, Callable[[], object]]
    share: int = 1
    """One in how many identifiers of the lists it takes."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """The same packs in each notation."""

    scans: list[str]
    brackets: list[str]
    plain: list[str]
    uris: list[str]
    links: list[str]
    pallets: list[str]
    tags: list[str]


@bench.command("gs1")
def bench_gs1(
    count: Annotated[
        int, typer.Option("--count", min=1000, help="Identifiers in a list.")
    ] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the serial numbers.")] = 1,
    json: options.Json = False,
) -> None:
    """Read and convert identifiers, and say how many a second and how others do."""
    lists = _lists(count, seed)
    figures = [_measured(task, count) for task in _tasks(lists)]
    report = Report(_machine(), _versions(), tuple(figures))
    if json:
        write_json(report)
        return
    write_table("", ("Figure", "Value", "Unit", "Beside"), map(_row, figures))
    talk.print(f"{report.machine}; " + ", ".join(f"{k} {v}" for k, v in report.versions.items()))


def _lists(count: int, seed: int) -> _Lists:
    from packtrail import gs1

    rng = random.Random(seed)  # noqa: S311 - a sample, no secret
    gtins = [gs1.make_gtin("0614141", str(item)) for item in range(PRODUCTS)]
    packs = [(rng.choice(gtins), f"{rng.randrange(10**11)}") for _ in range(count)]
    pairs = [
        [("01", gtin), ("17", "301231"), ("10", f"L{rng.randrange(100):02}"), ("21", serial)]
        for gtin, serial in packs
    ]
    keys = [gs1.Key.of(gs1.KeyType.SGTIN, gtin, serial, PREFIX_LENGTH) for gtin, serial in packs]
    return _Lists(
        scans=["]d2" + gs1.write_element_string(each, brackets=False) for each in pairs],
        brackets=[gs1.write_element_string(each) for each in pairs],
        plain=[key.element_string() for key in keys],
        uris=[key.epc_uri() for key in keys],
        links=[key.digital_link() for key in keys],
        pallets=[
            gs1.parse(gs1.make_sscc("0614141", str(n))).with_prefix_length(PREFIX_LENGTH).epc_uri()
            for n in range(count)
        ],
        tags=[gs1.make_tag(key).hex() for key in keys],
    )


def _tasks(lists: _Lists) -> list[_Task]:
    from packtrail import gs1

    biip, epcpy = _biip(), _epcpy()
    return [
        _Task(
            "scan of four elements, parsed and checked",
            _each(gs1.parse_element_string, lists.scans),
            {name: _each(read, [scan[3:] for scan in lists.scans]) for name, read in
             biip.items() if name == "biip"},
        ),
        _Task("bracketed text of four elements", _each(gs1.parse_element_string, lists.brackets),
              {name: _each(read, lists.brackets) for name, read in biip.items()
               if name == "biip, HRI"}),
        _Task("EPC URI, parsed", _each(gs1.parse_epc_uri, lists.uris),
              _pick(epcpy, "parse", lists.uris)),
        _Task("Digital Link, parsed", _each(gs1.parse_digital_link, lists.links),
              {name: _each(read, lists.links) for name, read in biip.items()
               if name == "biip, link"}),
        _Task("EPC URI to Digital Link, list", lambda: gs1.to_digital_links(lists.uris), {}),
        _Task("Digital Link to EPC URI, list",
              lambda: gs1.to_epc_uris(lists.links, prefix_length=PREFIX_LENGTH), {}),
        _Task("EPC URI to element string, list", lambda: gs1.to_element_strings(lists.uris),
              _pick(epcpy, "element", lists.uris)),
        _Task("element string to EPC URI, list",
              lambda: gs1.to_epc_uris(lists.plain, prefix_length=PREFIX_LENGTH),
              _pick(epcpy, "from element", [gs1.parse(t).element_string() for t in lists.plain])),
        _Task("identity for capture, list", lambda: gs1.identify(lists.uris), {}),
        _Task("SSCC: EPC URI to Digital Link, list",
              lambda: gs1.to_digital_links(lists.pallets), {}),
        _Task("SSCC: EPC URI to element string, list",
              lambda: gs1.to_element_strings(lists.pallets), {}),
        _Task("SSCC: identity for capture, list", lambda: gs1.identify(lists.pallets), {}),
        _Task("EPC URI to RFID bits (SGTIN-96)",
              _each(lambda uri: gs1.make_tag(uri, "sgtin-96").hex(), lists.uris),
              _pick(epcpy, "hex", lists.uris)),
        _Task("RFID bits to EPC URI (SGTIN-96)",
              _each(lambda bits: gs1.read_tag(bits).epc_uri, lists.tags),
              _pick(epcpy, "from hex", lists.tags)),
        *_symbol_tasks(lists.brackets[::_SYMBOLS_SHARE]),
    ]  # fmt: skip


def _symbol_tasks(packs: list[str]) -> list[_Task]:
    import zxingcpp

    from packtrail.rendering.symbols import draw

    def drawn(text: str) -> Any:
        form = zxingcpp.BarcodeFormat.DataMatrix
        return zxingcpp.create_barcode(text, form, gs1=True, force_square=True)

    return [
        _Task("GS1 DataMatrix, checked and drawn as SVG",
              _each(lambda text: draw(text).svg(), packs),
              {"zxing-cpp, unchecked": _each(lambda text: drawn(text).to_svg(), packs)},
              _SYMBOLS_SHARE),
        _Task("GS1 DataMatrix, checked and drawn as PNG",
              _each(lambda text: draw(text).png(), packs),
              {"zxing-cpp, unchecked and not packed": _each(
                  lambda text: drawn(text).to_image(scale=4, add_quiet_zones=True), packs)},
              _SYMBOLS_SHARE),
    ]  # fmt: skip


def _pick(
    library: dict[str, Callable[[str], object]], name: str, texts: Sequence[str]
) -> dict[str, Callable[[], object]]:
    return {"epcpy": _each(library[name], texts)} if name in library else {}


def _each(call: Callable[[str], object], texts: Sequence[str]) -> Callable[[], object]:
    return lambda: [call(text) for text in texts]


def _installed(name: str) -> Any:
    """Return a library that need not be there, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _biip() -> dict[str, Callable[[str], object]]:
    messages = _installed("biip.gs1_messages")
    links = _installed("biip.gs1_digital_link_uris")
    if messages is None or links is None:
        return {}
    return {
        "biip": messages.GS1Message.parse,
        "biip, HRI": messages.GS1Message.parse_hri,
        "biip, link": links.GS1DigitalLinkURI.parse,
    }


def _epcpy() -> dict[str, Callable[[str], object]]:
    module = _installed("epcpy.epc_schemes.sgtin")
    if module is None:
        return {}
    sgtin = module.SGTIN
    scheme = sgtin.BinaryCodingScheme.SGTIN_96
    everything = module.SGTINFilterValue.ALL_OTHERS
    return {
        "parse": sgtin.from_epc_uri,
        "element": lambda uri: sgtin.from_epc_uri(uri).gs1_element_string(),
        "from element": lambda text: sgtin.from_gs1_element_string(text, PREFIX_LENGTH).epc_uri,
        "hex": lambda uri: sgtin.from_epc_uri(uri).hex(
            binary_coding_scheme=scheme, filter_value=everything
        ),
        "from hex": lambda bits: sgtin.from_hex(bits).epc_uri,
    }


def _versions() -> dict[str, str]:
    found = {"packtrail": version("packtrail"), "Python": platform.python_version()}
    for name in ("biip", "epcpy", "zxing-cpp"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _measured(task: _Task, count: int) -> Figure:
    count //= task.share
    rate = _rate(task.ours, count)
    beside = []
    for name, call in task.others.items():
        theirs = _rate(call, count)
        beside.append(f"{name} {theirs:,.0f}/s: {rate / theirs:.1f} times as fast")
    return Figure(task.name, rate, "identifiers/s", "; ".join(beside))


def _rate(call: Callable[[], object], count: int) -> float:
    best = float("inf")
    for _ in range(RUNS):
        began = time.process_time()
        call()
        best = min(best, time.process_time() - began)
    return count / best
