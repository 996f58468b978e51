"""A value that is made once."""

from __future__ import annotations

from packtrail.base.once import once


class Counted:
    def __init__(self) -> None:
        self.made = 0

    @once
    def value(self) -> int:
        """What is made."""
        self.made += 1
        return 40 + self.made


def test_a_value_is_made_when_it_is_first_asked_for_and_then_kept():
    one, other = Counted(), Counted()

    assert (one.made, one.value, one.value, one.made) == (0, 41, 41, 1)
    assert other.made == 0


def test_none_is_kept_as_well():
    class Nothing:
        made = 0

        @once
        def value(self) -> None:
            Nothing.made += 1

    nothing = Nothing()

    assert (nothing.value, nothing.value, Nothing.made) == (None, None, 1)
