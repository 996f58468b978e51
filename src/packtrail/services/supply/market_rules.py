"""What the law of a market asks of serial numbers: policies to begin with, and what breaks them."""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from packtrail.access import Actor, Permission, require
from packtrail.compliance.countries import NAMES
from packtrail.compliance.profiles import serial_rules
from packtrail.compliance.subjects import TradeItem
from packtrail.compliance.words import Characters, FactStatus, Issuer, Level, ProductClass
from packtrail.gs1.charsets import SETS
from packtrail.serials.codes import MARKET_BROKEN, MARKET_UNSURE
from packtrail.serials.policy import EU_GUESS_LIMIT, LENGTH_MAX, Order, Policy, stored_policy
from packtrail.services import rule_packs
from packtrail.services.supply.pools import SGTIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from fractions import Fraction

    from packtrail.base.findings import Finding
    from packtrail.compliance.profiles import Decided, SerialRules
    from packtrail.services.application import Application
    from packtrail.services.supply.pools import SerialPool
    from packtrail.settings import Settings

T = TypeVar("T")
_CAPITALS = string.digits + string.ascii_uppercase
_ALLOWED: Final[Mapping[Characters, frozenset[str]]] = {
    Characters.NUMERIC: frozenset(string.digits),
    Characters.CAPITALS: frozenset(_CAPITALS),
    Characters.ALPHANUMERIC: frozenset(_CAPITALS + string.ascii_lowercase),
    Characters.GS1: frozenset(c for c in map(chr, range(128)) if SETS["X"].first_bad(c) is None),
}
"""Character set -> what a serial number may be written with; of others nothing is known."""
_ANY_OF_GS1: Final = "".join(sorted(_ALLOWED[Characters.GS1]))
_NAMES: Final[Mapping[Characters, str]] = {
    Characters.CAPITALS: "alphanumeric",
    Characters.ALPHANUMERIC: "mixed-case",
}
"""Character set -> the preset that has all of it."""
_PARTS: Final = (
    "is_required",
    "length",
    "length_max",
    "characters",
    "is_random",
    "guess_probability_max",
    "issuer",
    "reuse",
)
"""Parts of the rules, in the order they are told."""
LENGTHS: Final = {"numeric": 16, "unambiguous": 12}
"""Alphabet -> characters of a serial number that last for long."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that the law asks of serial numbers, and how surely."""

    what: str
    """Part of `SerialRules`: `length`, `issuer`."""
    value: str
    status: str
    """`known`, `expected`, `disputed`, ..."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPolicy:
    """What a market asks of serial numbers, and a policy that keeps to it."""

    market: str
    rules: SerialRules
    policy: Policy
    is_imported: bool
    """Whether an authority issues the numbers."""

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What the law asks, as far as anything is known."""
        return tuple(_asked(self.rules))


def policy_for(
    app: Application,
    actor: Actor,
    market: str,
    *,
    product_class: ProductClass = ProductClass.PRESCRIPTION,
    is_imported: bool = False,
) -> MarketPolicy:
    """Return a policy that keeps to the law of a market today; see `suggested`."""
    require(actor, Permission.POOL_READ)
    return suggested(
        app.settings,
        market,
        on=app.clock().date(),
        product_class=product_class,
        is_imported=is_imported,
    )


def suggested(
    settings: Settings,
    market: str,
    *,
    on: date,
    product_class: ProductClass = ProductClass.PRESCRIPTION,
    is_imported: bool = False,
) -> MarketPolicy:
    """Return a policy that keeps to the law of a market; the law is no secret of anybody.

    Args:
        settings: Where rule packs of one's own are.
        market: Code of the market, such as `DE`.
        on: The day.
        product_class: What kind of product it is.
        is_imported: Somebody else makes the numbers, also where the law leaves the choice: then no
            character that the law allows may be left out.

    Raises:
        NotFound: `LAW-014`, no rule pack knows the market.
    """
    rules = _rules(settings, market, on, product_class)
    is_imported = is_imported or _value(rules.issuer) is Issuer.OPERATOR
    return MarketPolicy(
        market=market,
        rules=rules,
        policy=_policy(rules, is_imported=is_imported),
        is_imported=is_imported,
    )


def markets(app: Application, actor: Actor) -> dict[str, str]:
    """Return the names of the markets whose law is known, by code, in the order of the names."""
    require(actor, Permission.POOL_READ)
    known = {code: NAMES.get(code, code) for code in rule_packs.catalogue(app.settings).markets}
    return dict(sorted(known.items(), key=lambda each: each[1]))


def market_findings(
    app: Application, names: str, policy: Policy, *, on: date
) -> tuple[Finding, ...]:
    """Return what of a policy breaks the law of markets.

    Args:
        app: The application.
        names: Codes of markets with commas; empty: of none.
        policy: What the serial numbers look like.
        on: The day.

    Raises:
        NotFound: `LAW-014`, no rule pack knows a market.
    """
    return tuple(
        finding
        for market in filter(None, (name.strip() for name in names.split(",")))
        for finding in _findings(
            market, _rules(app.settings, market, on, ProductClass.PRESCRIPTION), policy
        )
    )


def pool_findings(app: Application, actor: Actor, pool: SerialPool) -> tuple[Finding, ...]:
    """Return what of a pool breaks the law of its market today: the law may have changed since."""
    require(actor, Permission.POOL_READ)
    if pool.kind != SGTIN or not pool.market:
        return ()
    policy = stored_policy(pool.policy)
    return market_findings(app, pool.market, policy, on=app.clock().date())


def _rules(settings: Settings, market: str, on: date, product_class: ProductClass) -> SerialRules:
    pack = rule_packs.catalogue(settings).pack_of(market.upper())
    item = TradeItem(product_class=product_class, level=Level.UNIT)
    return serial_rules(pack, item, on=on)


def _asked(rules: SerialRules) -> Iterator[Asked]:
    for name in _PARTS:
        decided: Decided[Any] | None = getattr(rules, name)
        if decided is not None:
            value = {True: "yes", False: "no"}.get(decided.value, str(decided.value))
            yield Asked(name, value, decided.status.value, _source(decided))


def _source(decided: Decided[Any]) -> str:
    return str(decided.clause or decided.parameter or decided.rule)


def _value(decided: Decided[T] | None) -> T | None:
    return decided.value if decided else None


def _policy(rules: SerialRules, *, is_imported: bool) -> Policy:
    is_numeric = _value(rules.characters) is Characters.NUMERIC
    alphabet = "numeric" if is_numeric else _widest(rules) if is_imported else "unambiguous"
    most = _value(rules.length_max) or LENGTH_MAX
    length = _value(rules.length) or min(LENGTHS.get(alphabet, most), most)
    limit = min(_value(rules.guess_probability_max) or EU_GUESS_LIMIT, EU_GUESS_LIMIT)
    order = Order.IMPORTED if is_imported else Order.RANDOM
    return Policy.of(alphabet, length, order=order, guess_limit=None if is_imported else limit)


def _widest(rules: SerialRules) -> str:
    """Return every character that the law allows; where it says nothing, every one of AI (21)."""
    said = _value(rules.characters)
    return _NAMES.get(said, _ANY_OF_GS1) if said else _ANY_OF_GS1


# --- checks: what the law asks, and the sentence that says how a policy breaks it -----------------


def _length(exact: int, policy: Policy) -> str:
    is_kept = policy.length == exact
    return "" if is_kept else f"serial numbers have {exact} characters, here {policy.length}"


def _length_max(most: int, policy: Policy) -> str:
    is_kept = policy.length <= most
    return "" if is_kept else f"serial numbers have at most {most} characters, here {policy.length}"


def _characters(characters: Characters, policy: Policy) -> str:
    allowed = _ALLOWED.get(characters)
    strange = sorted(set(policy.alphabet + policy.prefix) - allowed) if allowed else []
    told = "".join(strange[:10])
    return f"serial numbers are {characters}, here they have {told!r} too" if strange else ""


def _random(is_random: bool, policy: Policy) -> str:  # noqa: FBT001 - what the law says
    is_broken = is_random and policy.order is Order.SEQUENTIAL
    return "serial numbers are random, here they are sequential" if is_broken else ""


def _guess(most: Fraction, policy: Policy) -> str:
    is_kept = policy.guess_limit is not None and policy.guess_limit <= most
    promised = policy.guess_limit or "nothing"
    return "" if is_kept else f"a guess hits less often than {most}, here {promised} is promised"


def _issuer(issuer: Issuer, policy: Policy) -> str:
    is_imported = policy.order is Order.IMPORTED
    is_kept = issuer is Issuer.EITHER or (issuer is Issuer.OPERATOR) == is_imported
    here = "imported" if is_imported else "made"
    return "" if is_kept else f"serial numbers are issued by the {issuer}, here they are {here}"


_CHECKS: Final[tuple[tuple[str, str, Callable[[Any, Policy], str]], ...]] = (
    ("length", "length", _length),
    ("length_max", "length", _length_max),
    ("characters", "alphabet", _characters),
    ("is_random", "order", _random),
    ("guess_probability_max", "guess_limit", _guess),
    ("issuer", "order", _issuer),
)
"""What the rules may ask, the part of the policy it is about, and how it is checked."""


def _findings(market: str, rules: SerialRules, policy: Policy) -> Iterator[Finding]:
    for name, at, broken in _CHECKS:
        decided: Decided[Any] | None = getattr(rules, name)
        said = broken(decided.value, policy) if decided else ""
        if decided and said:
            code = MARKET_BROKEN if decided.status is FactStatus.KNOWN else MARKET_UNSURE
            source = decided.clause or decided.rule or decided.parameter
            yield code.found(f"{market.upper()}: {said} ({source}).", at=at)
