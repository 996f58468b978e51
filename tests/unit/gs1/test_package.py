from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from packtrail import gs1
from packtrail.gs1.application_identifiers import AI_LENGTH_BY_PREFIX, TABLE
from packtrail.gs1.defects import REASONS, explain
from packtrail.gs1.key_types import SCHEMES, KeyType
from packtrail.gs1.linters import LINTERS

MODULES = [
    "packtrail.gs1",
    *(f"packtrail.gs1.{m.name}" for m in pkgutil.iter_modules(gs1.__path__)),
]


def test_exports_are_sorted_and_exist() -> None:
    assert gs1.__all__ == sorted(gs1.__all__)
    assert all(hasattr(gs1, name) for name in gs1.__all__)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_the_documentation_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))

    assert result.failed == 0


def test_every_key_type_has_one_row() -> None:
    assert sorted(scheme.type for scheme in SCHEMES) == sorted(KeyType)


def test_every_format_names_a_check_that_exists() -> None:
    named = {name for row in TABLE.values() for part in row.components for name in part.linters}

    assert named <= set(LINTERS)


def test_every_identifier_is_as_long_as_its_prefix_tells() -> None:
    assert [ai for ai in TABLE if AI_LENGTH_BY_PREFIX.get(ai[:2]) != len(ai)] == []


def test_every_reason_has_a_sentence() -> None:
    coupon = explain("COUPON_TRUNCATED_OFFER_CODE")

    assert coupon[1] == "it ends inside the offer code"
    assert all(explain(reason)[1] for reason in REASONS)
    with pytest.raises(KeyError):
        explain("NO_SUCH_REASON")
