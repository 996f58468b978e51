"""One application identifier with its value, as it stands in a text."""

from __future__ import annotations

from typing import NamedTuple

from packtrail.gs1.application_identifiers import TABLE


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
        row = TABLE.get(self.ai)
        return row.title if row else ""

    @property
    def is_self_delimiting(self) -> bool:
        """No separator is needed after the value, because its AI has a predefined length."""
        row = TABLE.get(self.ai)
        return row is not None and row.is_self_delimiting
