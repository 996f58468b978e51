"""Matching signals with alerts, clocks of places, what is learnt: without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from packtrail.detection.cases import MOVES, Move, Standing, State, Wish, moved, refusals
from packtrail.detection.detecting import CLOCK_SCANS_MIN, clocks_of, detect
from packtrail.detection.lessons import DECIDED_MIN, Decided, lessons
from packtrail.detection.matching import Held, gathered, match
from packtrail.detection.policies import KNOBS, changed, written
from packtrail.detection.scans import Known, Pack, Parameters, Place, Scan, Signal
from packtrail.detection.triage import CAUSES, Category

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PLACES = {
    "berlin": Place(market="DE", latitude=52.5, longitude=13.4),
    "rome": Place(market="IT", latitude=41.9, longitude=12.5),
}


def signal(*scans: str, code: str = "SIG-001", score: float = 0.9) -> Signal:
    return Signal(
        code=code, score=score, message="m", arithmetic=f"{scans}", subject="p 1", scans=scans
    )


def held(*evidence: str, settled: bool = False, gone: tuple[str, ...] = ()) -> Held:
    return Held(
        alert_id=7, code="SIG-001", subject="p 1", is_settled=settled,
        evidence=frozenset(evidence), withdrawn=frozenset(gone),
    )  # fmt: skip


def test_signals_of_one_rule_and_subject_are_one_alert() -> None:
    (told,) = gathered([signal("a"), signal("b", score=0.95)])

    changes = match([told], [], {"a", "b"})

    assert (told.score, told.scans) == (0.95, {"a", "b"})
    assert [each.scans for each in changes.new] == [{"a", "b"}]


def test_the_same_signals_again_change_nothing() -> None:
    changes = match(gathered([signal("a", "b")]), [held("a", "b")], {"a", "b"})

    assert (changes.new, changes.grown, changes.shrunk) == ([], [], [])


def test_only_what_was_looked_at_can_fall_away() -> None:
    changes = match([], [held("a", "b")], {"a"})

    assert [gone for _, gone in changes.shrunk] == [{"a"}]


def test_what_had_fallen_away_counts_again() -> None:
    changes = match(gathered([signal("a")]), [held("a", gone=("a",))], {"a"})

    assert [added for _, _, added in changes.grown] == [{"a"}]


def test_evidence_of_a_decided_alert_makes_no_other_and_new_evidence_does() -> None:
    old = held("a", settled=True)

    assert match(gathered([signal("a")]), [old], {"a"}).new == []
    (new,) = match(gathered([signal("a"), signal("c")]), [old], {"a", "c"}).new
    assert new.scans == {"c"}


def _scan(number: int, place: str, at: datetime, late: timedelta = timedelta(seconds=2)) -> Scan:
    return Scan(
        scan_id=f"s{number}", at=at, recorded_at=at + late, product="p", serial=f"{number}",
        actor=place, place=place,
    )  # fmt: skip


def test_a_clock_is_told_by_the_middle_of_many_scans_and_not_by_few() -> None:
    behind = timedelta(hours=9)
    many = [_scan(n, "rome", NOON, behind) for n in range(CLOCK_SCANS_MIN)]
    late = _scan(99, "rome", NOON, timedelta(days=2))

    assert clocks_of([*many, late]) == {"rome": behind}
    assert clocks_of(many[1:]) == {}


def test_a_copy_is_seen_though_one_clock_is_nine_hours_behind() -> None:
    behind = timedelta(hours=9)
    habit = [
        _scan(n, place, NOON + timedelta(days=3, minutes=n), late)
        for n, (place, late) in enumerate(
            [("rome", behind)] * CLOCK_SCANS_MIN + [("berlin", timedelta())] * CLOCK_SCANS_MIN
        )
    ]
    copy = [
        Scan(scan_id="x", at=NOON - behind, recorded_at=NOON, product="p", serial="S",
             actor="rome", place="rome"),
        Scan(scan_id="y", at=NOON, recorded_at=NOON, product="p", serial="S", actor="berlin",
             place="berlin"),
    ]  # fmt: skip
    known = Known(packs={("p", "S"): Pack(lot="", expires="")}, products={}, places=PLACES)

    found = [each.code for each in detect([*habit, *copy], known) if "x" in each.scans]
    without = [each.code for each in detect(copy, known) if "x" in each.scans]

    assert (found, without) == (["SIG-002"], [])


def test_every_move_leads_from_a_state_that_can_be_reached() -> None:
    reached, before = {State.NEW}, set[State]()
    while reached != before:
        before = set(reached)
        reached |= {row.target for row in MOVES.values() if row.sources & reached}

    assert reached == set(State)


def test_triage_during_an_investigation_changes_only_the_category() -> None:
    standing = Standing(state=State.INVESTIGATING, category=Category.SUSPECT, owner="Ida")
    wish = Wish(move=Move.TRIAGE, reason="why", category="technical")

    assert not [*refusals(standing, wish)]
    after = moved(standing, wish)
    assert (after.state, after.category) == (State.INVESTIGATING, Category.TECHNICAL)


def test_a_parameter_is_suggested_only_after_several_false_alerts_of_one_cause() -> None:
    few = [Decided("SIG-001", False, "report_late", DECIDED_MIN - 1), Decided("SIG-001", True, "")]
    many = [*few, Decided("SIG-001", False, "report_late")]

    (quiet,), (lesson,) = lessons(few, Parameters()), lessons(many, Parameters())

    assert quiet.suggestions == ()
    assert lesson.precision == 1 / (DECIDED_MIN + 1)
    (suggestion,) = lesson.suggestions
    assert (suggestion.parameter, suggestion.now, suggestion.suggested) == ("settle", 48, 72)


def test_parameters_are_written_and_read_back() -> None:
    values = written(Parameters())

    assert changed(values) == Parameters()
    assert set(values) == set(KNOBS)
    assert all(KNOBS[name].least <= value <= KNOBS[name].most for name, value in values.items())
    assert {each.parameter for each in CAUSES.values()} - {""} <= set(KNOBS)
