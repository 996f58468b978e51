"""Writes a simulated year into a folder, with a manifest of documents and ground truth."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from packtrail.simulation.documents import SimulatedDocument
    from packtrail.simulation.truth import Truth
    from packtrail.simulation.world import World

MANIFEST = "manifest.json"


def write_world(world: World, out_dir: Path) -> Path:
    """Write every document of a world, then the manifest, and return the manifest's path."""
    out_dir.mkdir(parents=True, exist_ok=True)
    documents = []
    for document in world.documents():
        (out_dir / document.name).write_bytes(document.content)
        documents.append(_entry(document))
    path = out_dir / MANIFEST
    contents = {
        "packs": world.packs,
        "seed": world.seed,
        "organisations": _organisations(world),
        "locations": _locations(world),
        "agreements": world.agreements,
        "documents": documents,
        "ground_truth": _truth(world.truth),
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(contents), indent=1) + b"\n")
    return path


def _entry(document: SimulatedDocument) -> dict[str, Any]:
    return {
        "name": document.name,
        "kind": document.kind,
        "media_type": document.media_type,
        "owner": document.owner_code,
        "recorded_by": document.recorded_by_code,
        "sent_at": document.sent_at,
        "size_bytes": len(document.content),
        "sha256": sha256(document.content).hexdigest(),
    }


def _organisations(world: World) -> list[dict[str, str]]:
    return [
        {
            "code": organisation.code,
            "name": organisation.name,
            "part": organisation.part,
            "gln": organisation.gln,
            "company_prefix": organisation.company_prefix,
        }
        for organisation in world.organisations
    ]


def _locations(world: World) -> list[dict[str, str]]:
    return [
        {
            "organisation": location.organisation.code,
            "name": location.name,
            "gln": location.gln,
            "sgln": location.sgln,
            "city": location.city,
            "country": location.country,
        }
        for location in world.locations
    ]


def _truth(truth: Truth) -> dict[str, Any]:
    return {
        "fates": truth.fates(),
        "lots": [
            {
                "number": lot.number,
                "gtin": lot.product.gtin(),
                "product": lot.product.name,
                "maker": lot.product.maker.code,
                "packed_at": lot.product.packed_at.gln,
                "packs": lot.size,
                "expires_on": lot.expires_on,
                "recalled_at": lot.recalled_at,
                "fates": {fate: count for fate, count in lot.fates.items() if count},
            }
            for lot in truth.lots
        ],
        "counterfeit_sightings": truth.sightings,
        "stolen": truth.thefts,
        "corrections": truth.corrections,
        "late_documents": truth.late,
        "repeated_documents": truth.repeated,
    }
