"""Law: what the rules of a market say of a file and of the serial numbers in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from packtrail.compliance.evaluation import evaluate
from packtrail.compliance.profiles import SerialRules, serial_rules
from packtrail.compliance.subjects import Document, TradeItem
from packtrail.compliance.words import Characters, Level, ProductClass
from packtrail.reporting import codes

if TYPE_CHECKING:
    from packtrail.base.findings import Finding
    from packtrail.compliance.packs import Pack
    from packtrail.reporting.checking import Checked, Sighting
    from packtrail.reporting.forms import Form


def law_of_file(
    form: Form, checked: Checked, pack: Pack, *, size_bytes: int, on: date
) -> tuple[Finding, ...]:
    """Return what the rules of a market for documents say of a file.

    Args:
        form: Its form.
        checked: What the check against the form gave.
        pack: The rules of the market.
        size_bytes: Of the file.
        on: The day whose law counts.
    """
    events = checked.lines if form.epcis is not None else None
    document = Document(
        market=form.market,
        format=form.format,
        guideline=_guideline(form),
        size_bytes=size_bytes,
        event_count=events,
        bad_rows=checked.bad_lines,
    )
    return evaluate(pack, document, on=on).findings


def _guideline(form: Form) -> str | None:
    """Return the guideline of a form as the rules of the market name it."""
    release = form.epcis.release if form.epcis else ""
    return f"GS1 US DSCSA R{release}" if release else None


def law_of_serials(
    objects: tuple[Sighting, ...], pack: Pack, *, on: date
) -> Iterator[tuple[Sighting, Finding]]:
    """Yield packs whose serial numbers the market does not allow."""
    item = TradeItem(product_class=ProductClass.PRESCRIPTION, level=Level.UNIT)
    demands = list(_demands(serial_rules(pack, item, on=on)))
    for each in objects:
        if each.class_key.startswith("sgtin/0"):
            for demand in demands:
                if not demand.is_met(each.item_key):
                    message = f"The serial number {each.item_key!r} {demand.said}"
                    yield each, codes.SERIAL_BREAKS_LAW.found(message, at=each.at)


@dataclass(frozen=True, slots=True)
class _Demand:
    is_met: Callable[[str], bool]
    said: str


_ALPHABETS: Final[dict[Characters, Callable[[str], bool]]] = {
    Characters.NUMERIC: lambda text: text.isascii() and text.isdigit(),
    Characters.CAPITALS: lambda text: text.isascii() and text.isalnum() and text == text.upper(),
    Characters.ALPHANUMERIC: lambda text: text.isascii() and text.isalnum(),
}


def _demands(rules: SerialRules) -> Iterator[_Demand]:
    if rules.length_max is not None:
        most = rules.length_max.value
        yield _Demand(lambda text: len(text) <= most, f"has more than {most} characters.")
    if rules.length is not None:
        exact = rules.length.value
        yield _Demand(lambda text: len(text) == exact, f"does not have {exact} characters.")
    if rules.characters is not None and rules.characters.value in _ALPHABETS:
        name = rules.characters.value
        yield _Demand(_ALPHABETS[name], f"has other characters than the market allows ({name}).")
