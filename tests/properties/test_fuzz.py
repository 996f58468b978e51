"""Damaged input of every kind: readers answer or refuse, and never fail in another way."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from ..fuzz import seeds, targets

NOISE = st.text(
    st.one_of(
        st.sampled_from("0123456789AZaz()[]{}<>^\\%/:.?&=#+-* _,;'\"!|~\x1d\x1e\x04\x00\n␝é²١"),
        st.characters(),
    ),
    max_size=12,
)


@st.composite
def damaged(draw: st.DrawFn, texts: Sequence[str]) -> str:
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 6)))
        text = text[:start] + draw(NOISE) + text[end:]
    if draw(st.booleans()):
        other = draw(st.sampled_from(texts))
        text = text[: draw(st.integers(0, len(text)))] + other[draw(st.integers(0, len(other))) :]
    return text


@given(damaged(seeds.IDENTIFIERS))
@settings(max_examples=300, deadline=None)
def test_damaged_identifiers_are_read_or_refused(text: str) -> None:
    targets.ask_of_identifiers(text)


@given(damaged(seeds.REQUESTS))
@settings(max_examples=200, deadline=None)
def test_damaged_requests_are_read_or_refused(text: str) -> None:
    targets.ask_of_requests(text)
