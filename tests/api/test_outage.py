"""What strangers hear while the database is away: that it is away, and nothing about it."""

from __future__ import annotations

from packtrail.api.problems import problem_of
from packtrail.base.errors import Unavailable

SECRET = 'The database pt at db.internal does not answer: connection to server at "10.0.0.7" failed'


def test_an_outage_is_told_without_naming_hosts() -> None:
    problem = problem_of(Unavailable(SECRET, retry_after_seconds=7))

    assert problem.kind.status == 503
    assert problem.headers["Retry-After"] == "7"
    assert "db.internal" not in problem.detail
    assert "10.0.0.7" not in problem.detail
