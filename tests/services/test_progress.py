"""Progress: seen by every process that shares the board, gone when its writer starts again."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from packtrail.services.capture.progress import Progress, ProgressBoard, Seat, SharedBoard


def test_a_board_tells_what_was_written_until_it_is_cleared() -> None:
    board, capture_id = ProgressBoard(), str(uuid4())
    board.put(capture_id, "reading", 0.25)

    assert board.get(capture_id) == Progress("reading", 0.25)
    board.clear(capture_id)
    assert board.get(capture_id) is None


def test_another_process_sees_how_far_a_capture_is(tmp_path: Path) -> None:
    first, second = (SharedBoard(Seat(tmp_path / "progress", number, 2)) for number in range(2))
    one, other = str(uuid4()), str(uuid4())
    first.put(one, "reading", 0.5)
    second.put(other, "recording", 0.75)
    first.put(one, "recording", 0.9)

    assert second.get(one) == Progress("recording", 0.9)
    assert first.get(other) == Progress("recording", 0.75)
    assert first.get(str(uuid4())) is None
    assert first.get("no capture") is None
    first.clear(one)
    assert second.get(one) is None


def test_more_captures_than_there_are_places_are_known_to_their_own_process(
    tmp_path: Path,
) -> None:
    first, second = (SharedBoard(Seat(tmp_path / "progress", number, 2)) for number in range(2))
    every = [str(uuid4()) for _ in range(70)]
    for capture_id in every:
        first.put(capture_id, "waiting", 0.0)

    assert all(first.get(each) for each in every)
    assert sum(second.get(each) is not None for each in every) == 64
    first.clear(every[0])
    first.put(every[-1], "reading", 0.1)
    assert second.get(every[-1]) == Progress("reading", 0.1)


def test_a_process_that_is_started_again_wipes_off_what_the_dead_one_left(tmp_path: Path) -> None:
    first, second = (SharedBoard(Seat(tmp_path / "progress", number, 2)) for number in range(2))
    capture_id = str(uuid4())
    first.put(capture_id, "reading", 0.5)
    SharedBoard(Seat(tmp_path / "progress", 0, 2))

    assert second.get(capture_id) is None
