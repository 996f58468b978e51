"""YAML as packs use it: nothing guessed, nothing dangerous, every place told."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from packtrail.compliance.nodes import BYTES_MAX, DEPTH_MAX, Items, Table, Text, read


@pytest.mark.parametrize(
    "text", ["NO", "yes", "01", "0x1F", "1e3", "12:30", "2026-11-22", "null", "~", "1_000", ".inf"]
)
def test_a_scalar_stays_the_text_that_was_written(text: str) -> None:
    table, findings = read(f"key: {text}".encode(), "a.yaml")

    assert findings == ()
    assert table.entries["key"] == Text(text, "a.yaml, line 1, column 6")


def test_folded_and_quoted_texts_are_read_as_yaml_says() -> None:
    table, _ = read(b"a: >-\n  one\n  two\nb: 'it''s'\nc: \"tab\\t\"\n", "a.yaml")

    assert [each.value for each in table.entries.values()] == ["one two", "it's", "tab\t"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: &x 1\nb: *x\n", "'&x' is not allowed"),
        (b"a: !!python/object:os.system x\n", "python/object:os.system"),
        (b"a: !!str 1\n", "tag:yaml.org,2002:str"),
        (b"a: 1\n---\nb: 2\n", "a second document"),
        (b"- a\n- b\n", "not a table"),
        (b"just text\n", "not a table"),
        (b"? [a]\n: b\n", "A key must be a text"),
        (b"a: [1, 2\n", "not YAML"),
        (b"a:\tb\n\tc: d\n", "not YAML"),
        (b"\xff\xfe", "not UTF-8: byte 0 is 0xff"),
        (b"a: \x00\n", "not YAML"),
        (b"a: " + b"x" * BYTES_MAX, "bytes"),
    ],
)
def test_what_a_pack_may_not_use_is_refused(content: bytes, said: str) -> None:
    table, findings = read(content, "a.yaml")

    assert table.entries == {}
    assert [each.code for each in findings] == ["LAW-001"]
    assert said in findings[0].message


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_file_of_a_hundred_thousand_levels_is_refused(opening: str) -> None:
    _, findings = read((opening * 100_000).encode(), "a.yaml")

    assert [each.code for each in findings] == ["LAW-001"]


def test_twenty_levels_are_read_and_one_more_is_not() -> None:
    def nested(levels: int) -> bytes:
        return b"a: " + b"[" * levels + b"x" + b"]" * levels

    assert read(nested(DEPTH_MAX - 2), "a.yaml")[1] == ()
    assert f"more than {DEPTH_MAX} levels" in read(nested(DEPTH_MAX), "a.yaml")[1][0].message


def test_too_many_values_are_refused() -> None:
    _, findings = read(b"a: [" + b"1," * 100_001 + b"]", "a.yaml")

    assert "more than 100,000 values" in findings[0].message


def test_an_empty_file_is_an_empty_table() -> None:
    assert read(b"# nothing yet\n", "a.yaml") == (Table({}, "a.yaml"), ())


def test_a_key_that_stands_twice_is_told_with_both_places() -> None:
    _, (finding,) = read(b"a: 1\nb: 2\na: 3\n", "a.yaml")

    assert finding.code == "LAW-002"
    assert finding.at == "a.yaml, line 3, column 1"
    assert finding.message == "The key 'a' stands twice; first at a.yaml, line 1, column 1."


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_findings(content: bytes) -> None:
    table, findings = read(content, "a.yaml")

    assert isinstance(table, Table)
    assert all(each.code in {"LAW-001", "LAW-002"} for each in findings)


@given(
    st.recursive(
        st.text("abc01:-#'\" \n", max_size=8),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=8,
    )
)
def test_what_another_writer_writes_is_read_back(value: object) -> None:
    written = yaml.safe_dump({"key": value}, default_style='"').replace("!!str ", "")
    table, findings = read(written.encode(), "a.yaml")

    def plain(node: object) -> object:
        return [plain(each) for each in node.items] if isinstance(node, Items) else node.value

    assert findings == ()
    assert plain(table.entries["key"]) == value
