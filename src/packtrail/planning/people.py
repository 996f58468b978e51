"""People: told apart by one code that never changes, never by what they are called.

The code is that of their entry in a programme; the name of their account leads to it. A name is
only shown: somebody who is called otherwise from today on, or as somebody else is, stays who they
are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from packtrail.planning import codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packtrail.base.findings import Finding
    from packtrail.planning.training import Person

_Entry = TypeVar("_Entry")
_NAMING: Final = ("owner", "lead")
"""Fields of entries that name a person."""
_NAMING_SEVERAL: Final = ("attended", "passed")


def of_account(people: Mapping[str, Person], account: str) -> Person | None:
    """Return the person who has an account; None: nobody, or it is none's name.

    Args:
        people: By code.
        account: Name of the account.
    """
    known = people.get(account)
    if known is not None and known.login == account:
        return known
    return next((each for each in people.values() if account and each.login == account), None)


def code_of_account(people: Mapping[str, Person], account: str) -> str:
    """Return the code of whoever has an account; of a stranger to the programme its name."""
    known = of_account(people, account)
    return known.code if known else account


def keyed(people: Mapping[str, Person], who: str) -> str:
    """Return the code of whom a text names by code or name; the text itself, where not just one.

    Args:
        people: By code.
        who: As somebody wrote it.
    """
    text = who.strip()
    if text in people:
        return text
    named = [each.code for each in people.values() if each.name == text]
    return named[0] if len(named) == 1 else text


def check_people(people: Mapping[str, Person]) -> Iterator[Finding]:
    """Yield `PLN-003` where one account leads to two people."""
    for login, count in Counter(each.login for each in people.values()).items():
        if count > 1:
            message = f"The account {login[:80]!r} is that of {count} people."
            yield codes.DOUBLE_CODE.found(message, at="people/account")


def called(people: Mapping[str, Person], who: str) -> str:
    """Return what somebody is called; a text that is no code is shown as it is."""
    return people[who].name if who in people else who


def written(people: Mapping[str, Person], who: str) -> str:
    """Return the text by which somebody is found again: their name where nobody shares it."""
    name = called(people, who)
    return name if keyed(people, name) == who else who


def with_codes(people: Mapping[str, Person], entry: _Entry) -> _Entry:
    """Return an entry that names people by their codes, where it did so by their names."""
    told: Any = entry
    named: dict[str, Any] = {field: who for field in _NAMING if (who := getattr(entry, field, ""))}
    several = {field: who for field in _NAMING_SEVERAL if (who := getattr(entry, field, ()))}
    by_code: dict[str, Any] = {field: keyed(people, who) for field, who in named.items()}
    by_code |= {field: tuple(keyed(people, e) for e in who) for field, who in several.items()}
    named |= several
    return entry if by_code == named else replace(told, **by_code)
