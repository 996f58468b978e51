"""A season of scans is the same for a seed, and its truth is about its scans."""

from packtrail.detection.detecting import detect
from packtrail.launch.bench_detection import measured
from packtrail.simulation.scanned import season


def test_a_season_is_the_same_for_a_seed_and_signals_name_its_scans() -> None:
    one, again = season(7, 6_000), season(7, 6_000)
    known = {scan.scan_id for scan in one.scans}

    assert one.scans == again.scans
    assert one.planted == again.planted
    assert all(wrong.scans <= known for wrong in one.planted)
    assert all(known.issuperset(each.scans) for each in detect(one.scans, one.known))


def test_planted_wrongs_are_found_and_honest_people_hardly_accused() -> None:
    figures = {each.name: each for each in measured(range(8, 9), 6_000)}

    assert figures["SIG-001 recall"].value > 0.9
    assert figures["SIG-007 recall"].value > 0.9
    assert figures["false alerts per 10,000 scans"].value < 5
