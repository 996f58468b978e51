"""Fuzz the readers for as long as you like: `python -m tests.fuzz documents -max_total_time=3600`.

Needs atheris (`pip install atheris`); what follows the target are options of libFuzzer. It ends
with a crash file and a trace for the first input that a reader has no answer to.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["packtrail"]):
    from . import seeds, targets


def _as_text(ask: Callable[[str], None]) -> Callable[[bytes], None]:
    return lambda content: ask(content.decode("utf-8", "replace"))


TARGETS: dict[str, tuple[Callable[[bytes], None], Iterable[Any]]] = {
    "identifiers": (_as_text(targets.ask_of_identifiers), seeds.IDENTIFIERS),
    "documents": (targets.ask_of_documents, seeds.DOCUMENTS),
    "requests": (_as_text(targets.ask_of_requests), seeds.REQUESTS),
}


def main(name: str, *options: str) -> None:
    """Fuzz one target, from its seeds and whatever the folders among the options hold."""
    ask, known = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(known):
            content = seed.encode() if isinstance(seed, str) else seed
            (Path(folder) / f"seed{number}").write_bytes(content)
        atheris.Setup([sys.argv[0], folder, *options], ask)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
