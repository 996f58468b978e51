"""Reading what a line says it did."""

from __future__ import annotations

import pytest

from packtrail.production.happenings import (
    NEEDS,
    NUMBERS_MAX,
    REASONS,
    Happening,
    Kind,
    plain,
    read_happening,
)
from packtrail.production.levels import Level

WHEN = "2026-03-03T14:02:00+01:00"


def members(kind: Kind) -> dict[str, object]:
    """A happening of a kind with everything it may carry."""
    every: dict[str, object] = {
        "level": "pack", "numbers": ["A", "B"], "parent": "C", "parent_level": "case", "by": "D",
        "reason": "other", "note": "a note", "is_partial": True, "state": "held",
        "counts": {"good": 7},
    }  # fmt: skip
    needs = NEEDS[kind]
    found = {name: every[name] for name in sorted(needs.must | needs.may)}
    if kind is Kind.REPLACE:
        found["numbers"] = ["A"]
    return {"kind": kind.value, "at": WHEN, **found}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_read_and_written(kind: Kind) -> None:
    happening, findings = read_happening(members(kind), "")

    assert findings == ()
    assert happening is not None
    assert plain(happening) == members(kind)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_what_it_lacks(kind: Kind) -> None:
    for name in NEEDS[kind].must:
        value = members(kind)
        del value[name]

        happening, findings = read_happening(value, "/happenings/0")

        assert happening is None
        assert f"/happenings/0/{name}" in [each.at for each in findings]


def test_all_defects_are_told_at_once() -> None:
    value = {"kind": "reject", "at": "yesterday", "numbers": ["A", 7], "colour": "red"}

    _, findings = read_happening(value, "/happenings/3")

    assert [(each.code, each.at) for each in findings] == [
        ("LIN-020", "/happenings/3/colour"),
        ("LIN-020", "/happenings/3/at"),
        ("LIN-020", "/happenings/3/numbers"),
    ]
    assert findings[1].message == (
        "at is 'yesterday': expected a time such as 2026-03-03T14:02:00+01:00."
    )


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"kind": "explode"}, "/kind"),
        ({"at": "2026-03-03T14:02:00"}, "/at"),
        ({"at": None}, "/at"),
        ({"level": "box"}, "/level"),
        ({"numbers": []}, "/numbers"),
        ({"numbers": [""]}, "/numbers"),
        ({"numbers": ["x" * 201]}, "/numbers"),
        ({"numbers": {"A": 1}}, "/numbers"),
        ({"numbers": ["A"] * (NUMBERS_MAX + 1)}, "/numbers"),
        ({"reason": "bored"}, "/reason"),
        ({"reason": "other"}, "/note"),
        ({"note": "two\nlines"}, "/note"),
        ({"parent": "C"}, "/parent"),
    ],
)
def test_a_member_that_cannot_be_is_named(wrong: dict[str, object], at: str) -> None:
    value = {"kind": "reject", "at": WHEN, "numbers": ["A"], "reason": "damaged"} | wrong

    happening, findings = read_happening(value, "")

    assert happening is None
    assert [each.at for each in findings] == [at]


@pytest.mark.parametrize(("text", "flag"), [("yes", True), ("0", False), (True, True)])
def test_rows_of_a_file_say_yes_and_no(text: object, flag: bool) -> None:
    value = {"kind": "pack", "at": WHEN, "numbers": "A", "parent": "C", "is_partial": text}

    happening, _ = read_happening(value, "")

    assert happening is not None
    assert (happening.is_partial, happening.numbers) == (flag, ("A",))


def test_counts_are_whole_numbers() -> None:
    for wrong in ({"good": -1}, {"good": "7"}, {"good": 7.5}, {"good": True}, ["good"]):
        _, findings = read_happening({"kind": "count", "at": WHEN, "counts": wrong}, "")

        assert [each.at for each in findings] == ["/counts"]


def test_every_reason_has_words() -> None:
    assert all(code.isidentifier() and words for code, words in REASONS.items())


def test_a_number_keeps_its_leading_zeros() -> None:
    value = {"kind": "commission", "at": WHEN, "level": "case", "numbers": ["007"]}

    happening, _ = read_happening(value, "")

    assert happening == Happening(
        kind=Kind.COMMISSION, at=happening.at if happening else None, level=Level.CASE,
        numbers=("007",),
    )  # fmt: skip
