"""GS1's table of company prefixes, which biip carries, for tests that need a real one."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any

from packtrail.gs1 import CompanyPrefixes


@lru_cache(maxsize=1)
def register() -> CompanyPrefixes:
    file = resources.files("biip.gs1_prefixes") / "_company_prefix_trie.json.lzma"
    return CompanyPrefixes(dict(_entries(json.loads(lzma.decompress(file.read_bytes())))))


def _entries(node: Any, at: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(node, int):
        yield at, node
        return
    for digits, below in node.items():
        yield from _entries(below, at + digits)
