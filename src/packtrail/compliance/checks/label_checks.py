"""Checks of labels: what the code carries, how it is drawn, and what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from packtrail.compliance.checks.answers import (
    Answer,
    Check,
    decide,
    failed,
    listed,
    named,
    not_said,
    passed,
    subset,
    table,
)
from packtrail.compliance.elements import Element
from packtrail.compliance.statements import told
from packtrail.compliance.subjects import Label, SubjectKind

_WHAT: Final = "what its code carries"


def carries(label: Label, *, elements: tuple[Element, ...]) -> Answer:
    """The code carries every element (AI) that it must."""
    if label.carries is None:
        return not_said("carries", _WHAT)
    return subset(
        elements,
        label.carries,
        at="carries",
        yes="The code carries {}.",
        no="The code lacks {}.",
        tell=named,
    )


def carries_none_of(label: Label, *, elements: tuple[Element, ...]) -> Answer:
    """The code carries none of the elements (AIs) that it must not."""
    if label.carries is None:
        return not_said("carries", _WHAT)
    there = [each for each in elements if each in label.carries]
    return decide(
        is_so=not there,
        yes=f"The code carries no {named(elements)}.",
        no=f"The code carries {named(there)}, which it must not.",
        at="carries",
    )


def element_length(label: Label, *, element: Element, length: int) -> Answer:
    """The value of an element (AI) has exactly the length that is prescribed."""
    value = label.values.get(element)
    if value is None:
        return not_said("values", f"what stands in ({element})")
    return decide(
        is_so=len(value) == length,
        yes=f"{named([element])} has {length} characters.",
        no=f"{named([element])} has {len(value)} characters; exactly {length} are prescribed.",
        at=f"values/{element}",
    )


def element_order(label: Label, *, order: tuple[Element, ...]) -> Answer:
    """The elements (AIs) stand in the order that is asked for."""
    if label.element_order is None:
        return not_said("element_order", "in which order the elements stand")
    found = tuple(each for each in label.element_order if each in order)
    return decide(
        is_so=found == order,
        yes=f"The elements stand in the order {', '.join(order)}.",
        no=f"The elements stand in the order {', '.join(found)}; {', '.join(order)} is asked for.",
        at="element_order",
    )


def drawn_as(label: Label, *, symbols: tuple[str, ...]) -> Answer:
    """The data carrier is one of those that are allowed."""
    if label.carriers is None:
        return not_said("carriers", "which data carrier it has")
    used = {each.value for each in label.carriers}
    return decide(
        is_so=bool(used & set(symbols)),
        yes=f"It has a {listed(sorted(used & set(symbols)))}.",
        no=f"It has {listed(sorted(used)) if used else 'no code'}; "
        f"{listed(symbols, last='or')} is needed.",
        at="carriers",
    )


def print_grade(label: Label, *, at_least: Fraction) -> Answer:
    """The symbol is printed well enough."""
    if label.print_grade is None:
        return not_said("print_grade", "how well the symbol is printed")
    return decide(
        is_so=label.print_grade >= at_least,
        yes=f"The print grade is {told(label.print_grade)}; {told(at_least)} is the least.",
        no=f"The print grade is {told(label.print_grade)}; it must be at least {told(at_least)}.",
        at="print_grade",
    )


def human_readable(
    label: Label, *, parts: tuple[str, ...], unless_panel_cm_max: Fraction | None = None
) -> Answer:
    """What must stand in plain text does, unless the pack is too small for it."""
    if label.human_readable is None:
        return not_said("human_readable", "what stands in plain text")
    missing = [each for each in parts if each not in label.human_readable]
    if not missing:
        return passed(f"In plain text: {named(parts)}.", "human_readable")
    if unless_panel_cm_max is not None:
        if label.panel_cm is None:
            return not_said("panel_cm", "how large the pack is")
        if label.panel_cm <= unless_panel_cm_max:
            return passed(
                f"The two longest sides make {told(label.panel_cm)} cm; up to "
                f"{told(unless_panel_cm_max)} cm no plain text is needed.",
                "panel_cm",
            )
    return failed(f"In plain text is no {named(missing)}.", "human_readable")


def states(label: Label, *, texts: tuple[str, ...], points_min: Fraction | None = None) -> Answer:
    """Sentences that must stand on the pack do, large enough."""
    if label.statements is None:
        return not_said("statements", "which sentences stand on the pack")
    missing = [each for each in texts if each not in label.statements]
    if missing:
        return failed(f"The pack does not say {_quoted(missing)}.", "statements")
    small = [each for each in texts if points_min and label.statements[each] < points_min]
    if small and points_min:
        size = told(label.statements[small[0]])
        return failed(
            f"'{small[0]}' is printed in {size} points; {told(points_min)} are the least.",
            "statements",
        )
    return passed(f"The pack says {_quoted(texts)}.", "statements")


def contains(label: Label, *, parts: tuple[str, ...]) -> Answer:
    """The code says what it must in other words than application identifiers."""
    if label.contents is None:
        return not_said("contents", "what its code says")
    return subset(
        parts,
        label.contents,
        at="contents",
        yes="The code says {}.",
        no="The code does not say {}.",
    )


def tamper_evident(label: Label) -> Answer:
    """The pack has an anti-tampering device."""
    if label.is_tamper_evident is None:
        return not_said("tamper_evident", "whether it has an anti-tampering device")
    return decide(
        is_so=label.is_tamper_evident,
        yes="The pack has an anti-tampering device.",
        no="The pack has no anti-tampering device.",
        at="tamper_evident",
    )


def bears(label: Label, *, devices: tuple[str, ...]) -> Answer:
    """The pack bears one of the national labels or stickers."""
    there = [each for each in devices if each in label.devices]
    return decide(
        is_so=bool(there),
        yes=f"It bears the {listed(there)}.",
        no=f"It does not bear the {listed(devices, last='or')}.",
        at="devices",
    )


def _quoted(texts: Iterable[str]) -> str:
    return listed(f"'{each}'" for each in texts)


LABEL_CHECKS: Final[dict[str, Check]] = table(
    [SubjectKind.LABEL],
    carries,
    carries_none_of,
    element_length,
    element_order,
    drawn_as,
    print_grade,
    human_readable,
    states,
    contains,
    tamper_evident,
    bears,
)
