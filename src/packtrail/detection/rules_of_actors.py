"""Signals that the unknown numbers of one actor give, and damage that excuses them."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from packtrail.detection import codes
from packtrail.detection.chances import at_least, differing, hit_chance, near_chance
from packtrail.detection.scans import Signal
from packtrail.verification.alike import variants

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timedelta

    from packtrail.base.findings import FindingCode
    from packtrail.detection.scans import Known, Parameters, Scan


def meant(scan: Scan, known: Known) -> str:
    """Return the known number that a damaged one was, or nothing."""
    found = (each.serial for each in variants(scan.serial))
    return next((serial for serial in found if known.has((scan.product, serial))), "")


def corrected(scan: Scan, scans: Sequence[Scan], known: Known, parameters: Parameters) -> bool:
    """Tell whether the actor soon asked again with a known number two characters off at most."""
    return any(
        scan.at <= each.at <= scan.at + parameters.retype_within
        and each.product == scan.product
        and known.has(each.pack)
        and differing(each.serial, scan.serial) <= 2
        for each in scans
    )


def scanner(damaged: Sequence[Scan], parameters: Parameters) -> Iterator[Signal]:
    """Yield a note where what an actor asked for is damaged again and again."""
    if len(damaged) >= parameters.scanner_min:
        said = f"{len(damaged)} numbers are known ones through a keyboard or an eye"
        yield _signal(codes.SCANNER, 0.9, said, damaged, damaged[0].actor)


def near_issued(unknown: Sequence[Scan], known: Known, parameters: Parameters) -> Iterator[Signal]:
    """Yield a signal for each unknown number that is one character from an issued one."""
    for scan in unknown:
        product = known.products.get(scan.product)
        if product is None or not product.space or scan.is_typed:
            continue
        chance = near_chance(product)
        near = _neighbour(scan, product.alphabet, known)
        if near and chance <= parameters.chance_max:
            said = (
                f"one character from {near}; by chance {product.issued} issued x {product.length}"
            )
            said += f" x {len(product.alphabet) - 1} / {product.space} = {chance:.1e}"
            yield _signal(codes.NEAR_ISSUED, 1 - chance, said, [scan], scan.actor)


def probing(unknown: Sequence[Scan], known: Known, parameters: Parameters) -> Iterator[Signal]:
    """Yield a signal for each series of unknown numbers that lie one beside the other."""
    by_product: dict[str, list[Scan]] = defaultdict(list)
    for scan in unknown:
        by_product[scan.product].append(scan)
    for code, scans in by_product.items():
        product = known.products.get(code)
        if product is None or not product.space:
            continue
        for series in _series(sorted(scans, key=lambda each: each.serial)):
            if len(series) >= parameters.series_min:
                hits = len(series) * hit_chance(product)
                said = f"{len(series)} neighbours; a chance hit {product.issued} /"
                said += f" {product.space} each, {hits:.1e} hits expected, 0 among these"
                yield _signal(codes.PROBING, 0.98, said, series, scans[0].actor)


def burst(
    unknown: Sequence[Scan], asked: Sequence[Scan], parameters: Parameters
) -> Iterator[Signal]:
    """Yield a signal for each time that holds more unknown numbers than habit explains.

    Many in a longer time are looked for first, then few that lie close together.
    """
    told: set[str] = set()
    for window, least in (
        (parameters.window, parameters.burst_min),
        (parameters.close_window, parameters.close_min),
    ):
        left = [each for each in unknown if each.scan_id not in told]
        for signal in _bursts(left, asked, window, least, parameters):
            told.update(signal.scans)
            yield signal


def _bursts(
    unknown: Sequence[Scan],
    asked: Sequence[Scan],
    window: timedelta,
    least: int,
    parameters: Parameters,
) -> Iterator[Signal]:
    ordered = sorted(unknown, key=lambda each: each.at)
    told = None
    for first in ordered:
        if told is not None and first.at < told:
            continue
        end = first.at + window
        within = [each for each in ordered if first.at <= each.at < end]
        if len({each.pack for each in within}) < least:
            continue
        total = sum(first.at <= each.at < end for each in asked)
        expected = total * parameters.unknown_share
        chance = at_least(len({each.pack for each in within}), expected)
        if chance <= parameters.chance_max:
            hours = window.total_seconds() / 3600
            said = f"{len(within)} unknown of {total} scans within {hours:g} h;"
            said += f" {expected:.3f} expected; by chance {chance:.1e}"
            yield _signal(codes.BURST, 1 - chance, said, within, first.actor)
            told = end


def _neighbour(scan: Scan, alphabet: str, known: Known) -> str:
    text = scan.serial
    for at, letter in enumerate(text):
        for other in alphabet:
            near = f"{text[:at]}{other}{text[at + 1 :]}"
            if other != letter and known.has((scan.product, near)):
                return near
    return ""


def _series(scans: Sequence[Scan]) -> Iterator[list[Scan]]:
    """Yield runs of different numbers that differ from the one before in two places at most."""
    if not scans:
        return
    run = [scans[0]]
    for one, other in pairwise(scans):
        if one.serial == other.serial:
            continue
        if differing(one.serial, other.serial) > 2:
            yield run
            run = []
        run.append(other)
    yield run


def _signal(
    code: FindingCode, score: float, arithmetic: str, scans: Sequence[Scan], actor: str
) -> Signal:
    return Signal(
        code=code.code,
        score=score,
        message=f"{code.title}: {actor}.",
        arithmetic=arithmetic,
        subject=actor,
        scans=tuple(each.scan_id for each in scans),
    )
