"""One application identifier with its value, as it stands in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from packtrail.gs1.application_identifiers import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterable


class Element(NamedTuple):
    """One application identifier with its value."""

    ai: str
    value: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """Where the value stands in the text that was read, counted from 0, end excluded."""
        return self.start, self.end

    @property
    def title(self) -> str:
        """The data title, such as `USE BY or EXPIRY`; empty for an unknown AI."""
        return title_of(self.ai)

    @property
    def is_self_delimiting(self) -> bool:
        """No separator is needed after the value, because its AI has a predefined length."""
        row = TABLE.get(self.ai)
        return row is not None and row.is_self_delimiting


def title_of(name: str) -> str:
    """Return the data title of an application identifier, or of a data identifier of packs."""
    row = TABLE.get(name)
    return row.title if row else DATA_IDENTIFIERS.get(name, "")


DATA_IDENTIFIERS: Final = {"9N": "PPN", "8P": "GTIN", "S": "SERIAL", "1T": "LOT", "D": "EXPIRY"}
"""Data identifiers of packs in an ISO/IEC 15434 envelope, and what they announce."""


def select(
    pairs: Iterable[tuple[str, str]], *, ai: str = "", title: str = ""
) -> tuple[tuple[str, str], ...]:
    """Return the pairs whose application identifier or data title is asked for.

    Args:
        pairs: Application identifier and value.
        ai: What the application identifier begins with: `21`, or `310` for `3100` to `3105`.
        title: A part of the data title, such as `LOT` of `BATCH/LOT`.

    Examples:
        >>> select([("01", "03000101234509"), ("10", "L1")], title="LOT")
        (('10', 'L1'),)
    """
    return tuple(
        (name, value) for name, value in pairs if name.startswith(ai) and title in title_of(name)
    )
