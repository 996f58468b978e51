"""The law as one thing to ask: each subject once a day, however many products share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packtrail.compliance.checks import Outcome
from packtrail.compliance.evaluation import evaluate
from packtrail.compliance.portfolio import as_made_on

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.evaluation import RuleResult
    from packtrail.compliance.packs import Pack
    from packtrail.compliance.portfolio import Placement
    from packtrail.compliance.subjects import Subject


@dataclass(frozen=True, slots=True)
class Answered:
    """What a rule says of one of the subjects of a placement."""

    pack: Pack
    number: int
    """Of the subject, among those of the placement."""
    subject: Subject
    result: RuleResult

    @property
    def key(self) -> tuple[str, int]:
        """What it is called on another day."""
        return self.result.rule.code, self.number


class Law:
    """The rules of all markets, with the answers that they gave already.

    Args:
        catalogue: The packs.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._pack_ids = catalogue.markets
        self._known: dict[tuple[str, int, date], tuple[RuleResult, ...]] = {}
        self._asked: list[Subject] = []
        """Kept, so that no other subject gets the address of one."""

    def pack_of(self, market: str) -> Pack | None:
        """Return the pack of a market, or None where there is none."""
        pack_id = self._pack_ids.get(market)
        return self.catalogue.packs[pack_id] if pack_id else None

    def answers(self, placement: Placement, on: date) -> tuple[Answered, ...]:
        """Return what the rules of a day say of a placement, as of a lot made on that day."""
        pack = self.pack_of(placement.market)
        if pack is None:
            return ()
        return tuple(
            Answered(pack, number, subject, result)
            for number, subject in enumerate(placement.subjects)
            for result in self._results(pack, placement.market, subject, on)
        )

    def _results(
        self, pack: Pack, market: str, subject: Subject, on: date
    ) -> tuple[RuleResult, ...]:
        mark = (market, id(subject), on)
        if mark not in self._known:
            made = as_made_on(subject, on, market=market)
            self._known[mark] = evaluate(pack, made, on=on).results
            self._asked.append(subject)
        return self._known[mark]


def failed(answers: Iterable[Answered]) -> dict[tuple[str, int], Answered]:
    """Return the rules that are broken."""
    return {each.key: each for each in answers if each.result.outcome is Outcome.FAILED}
