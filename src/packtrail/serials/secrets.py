"""Blocks of what an authority gave with its numbers and nobody may see, before they are encrypted.

>>> block = Block({"91": ["EE06", ""], "92": ["c2ln", "bmF0"]})
>>> list(Block.read(block.write()).elements(0, 2))
[{'91': 'EE06', '92': 'c2ln'}, {'92': 'bmF0'}]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import msgspec
import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_columns = msgspec.msgpack.Decoder(dict[str, list[str]])


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """The elements of numbers that follow each other."""

    columns: Mapping[str, Sequence[str]]
    """Application identifier -> its value for each number; empty where it has none."""

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Read a block as `write` wrote it."""
        return cls(_columns.decode(zstandard.decompress(content)))

    def write(self) -> bytes:
        """Return the block, small."""
        return zstandard.compress(msgspec.msgpack.encode(self.columns))

    def elements(self, start: int, end: int) -> Iterator[dict[str, str]]:
        """Yield the elements of the numbers from one up to another, excluded."""
        for at in range(start, end):
            yield {ai: values[at] for ai, values in self.columns.items() if values[at]}
