"""Every fact of the shared file is in a pack, with its sources and its confidence, and no other.

The packs were made from that file once and are owned by hand since. Where a pack has learnt more,
the fact is still there with the day on which it was true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from packtrail.compliance import Catalogue, Pack
from packtrail.compliance.statements import UNVERIFIED, told

NOT_A_WORD = re.compile(r"\(see|NOTES\.md")

LEARNT = {"http://www.legislation.gov.uk/eur/2016/161/chapter/IV/adopted": "primary"}
"""Sources that were read since, and of which kind they are."""


@dataclass(frozen=True)
class Claim:
    """Something a pack says."""

    confidence: str
    sources: frozenset[str]
    """Addresses, or `unverified`."""
    text: str


def claims_of(pack: Pack) -> list[Claim]:
    def addresses(sources: tuple[str, ...]) -> frozenset[str]:
        return frozenset(
            UNVERIFIED if each == UNVERIFIED else pack.sources[each].url for each in sources
        )

    said = [
        Claim(each.confidence.value, addresses(each.sources), f"{told(each.value)} {each.note}")
        for parameter in pack.parameters.values()
        for each in parameter.statements
    ]
    days = [
        Claim(
            each.confidence.value,
            addresses(each.sources),
            f"{each.on} {each.precision} {each.kind} {each.who} {each.what} {each.note}",
        )
        for each in pack.deadlines.values()
    ]
    return said + days


def facts_of(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if "source" in node and "confidence" in node:
            yield path, node
        for key, value in node.items():
            yield from facts_of(value, f"{path}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from facts_of(value, f"{path}/{number}")


def addresses_of(fact: dict[str, Any]) -> frozenset[str]:
    sources = fact["source"] if isinstance(fact["source"], list) else [fact["source"]]
    return frozenset(UNVERIFIED if each.startswith("unverified") else each for each in sources)


def leaves_of(value: Any) -> Iterator[str]:
    """Yield every text and number of a fact, booleans left out: a pack says them as yes and no."""
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves_of(each)
    elif not isinstance(value, bool):
        yield str(value)


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


MILESTONE = ("date", "who", "what", "date_precision", "kind")


def wanted_of(fact: dict[str, Any]) -> list[str]:
    value = {key: fact[key] for key in MILESTONE} if "date" in fact else fact["value"]
    wanted = [*leaves_of(value), fact.get("note", "")]
    # A note may point to the notes beside the shared file, which are no part of a pack.
    return [plain(each) for each in wanted if each and not NOT_A_WORD.search(each)]


WORDED = {"1 10000": "1 in 10 000"}
"""A share, as the file writes it and as people read it."""


def is_said(text: str, claims: list[Claim]) -> bool:
    return any(
        f" {each} " in f" {plain(claim.text)} "
        for claim in claims
        for each in {text, WORDED.get(text, text)}
    )


def test_every_fact_is_in_the_pack_of_its_market(
    catalogue: Catalogue, shared_facts: dict[str, Any]
) -> None:
    count = 0
    lost = []
    own = {pack.heading.market: pack for pack in catalogue.own.values()}
    for market in shared_facts["markets"]:
        claims = claims_of(own[market["id"]])
        for path, fact in facts_of(market):
            count += 1
            alike = [
                claim
                for claim in claims
                if claim.confidence == fact["confidence"] and claim.sources == addresses_of(fact)
            ]
            missing = [text for text in wanted_of(fact) if not is_said(text, alike)]
            if missing or not alike:
                lost.append((market["id"], path, missing))

    assert lost == []
    assert count == 749


def test_every_market_keeps_its_overview_and_its_open_questions(
    catalogue: Catalogue, shared_facts: dict[str, Any]
) -> None:
    own = {pack.heading.market: pack.heading for pack in catalogue.own.values()}
    for market in shared_facts["markets"]:
        heading = own[market["id"]]

        assert heading.phase == market["status"]["phase"]
        assert heading.tier == market["tier"]
        assert heading.overview["status"] == market["status"]["code"]
        assert list(heading.open_questions) == market.get("open_questions", [])
        assert {key: heading.overview[key] for key in market["quick"]} == market["quick"]


def test_every_address_of_a_pack_is_one_of_the_shared_file(
    catalogue: Catalogue, shared_facts: dict[str, Any]
) -> None:
    known = {each["url"]: each["kind"] for each in shared_facts["source_index"]} | LEARNT
    foreign = {
        f"{pack.id}: {source.url}"
        for pack in catalogue.own.values()
        for source in pack.sources.values()
        if source.kind != known.get(source.url)
    }

    assert foreign == set()
