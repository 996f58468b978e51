"""`packtrail serials pool`: where serial numbers come from; and what a policy allows."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.serials.levels import Levels
    from packtrail.serials.policy import Policy
    from packtrail.services.supply.market_rules import MarketPolicy
    from packtrail.services.supply.opening import Opening
    from packtrail.services.supply.pools import SerialPool

pool_group = typer.Typer(help="Pools: where serial numbers come from.", no_args_is_help=True)

Alphabet = Annotated[
    str | None,
    typer.Option(
        "--alphabet",
        metavar="CHARACTERS",
        help=(
            "numeric, alphanumeric, mixed-case, unambiguous (no I, J, L, O, Q, U), or the "
            "characters; default: as the market asks."
        ),
    ),
]
Length = Annotated[
    int | None,
    typer.Option(
        "--length", help="Characters of a serial number, to 20; default: as the market asks."
    ),
]
Prefix = Annotated[str, typer.Option("--prefix", help="What every serial number starts with.")]
First = Annotated[
    str, typer.Option("--first", help="The characters that may come first; default: all.")
]
Sequential = Annotated[
    bool, typer.Option("--sequential", help="One after the other, so that anybody can guess them.")
]
GuessLimit = Annotated[
    str | None,
    typer.Option(
        "--guess-limit",
        metavar="SHARE",
        help="A guess hits an issued number less often; or none; default: as the market asks.",
    ),
]
NewCode = Annotated[
    str, typer.Argument(help="Short name of the pool: small letters, digits and hyphens.")
]
LowWater = Annotated[int, typer.Option("--low-water", help="Warn when fewer are left than this.")]
TopUpTo = Annotated[
    int, typer.Option("--top-up-to", help="Fill it so far when it runs low; 0: by hand.")
]
UnusedForDays = Annotated[
    int | None,
    typer.Option("--unused-for-days", help="Unused numbers expire so many days after they went."),
]
DrawnPerDay = Annotated[
    int | None,
    typer.Option("--drawn-per-day", help="It draws no more by itself in 24 hours."),
]
Market = Annotated[
    str, typer.Option("--market", help="Markets whose law the policy keeps to, with commas: DE,FR.")
]
Owner = Annotated[
    str | None, typer.Option("--owner", help="Organisation whose pool it is; default: yours.")
]
Serves = Annotated[
    str | None, typer.Option("--serves", help="Another organisation that may use it, by agreement.")
]
PoolCode = Annotated[str, typer.Argument(help="Code of the pool, or owner/code.")]
Request = Annotated[
    str | None,
    typer.Option(
        "--request",
        metavar="ID",
        help="The same ID gives the same answer for ever; default: a new one, which is told.",
    ),
]
Gtin = Annotated[str, typer.Argument(help="The trade item whose serial numbers these are.")]


_USUAL = (("unambiguous", 12), ("alphanumeric", 13))
"""Alphabet and length where no market asks for others: of made numbers, and of imported ones."""


def show_policy(
    alphabet: Alphabet = None,
    length: Length = None,
    prefix: Prefix = "",
    first: First = "",
    sequential: Sequential = False,
    guess_limit: GuessLimit = None,
    market: Market = "",
    json: options.Json = False,
) -> None:
    """Tell how many serial numbers a policy allows, and how many of them may be issued.

    With --market the policy is one that keeps to the law of the market.
    """
    order = "sequential" if sequential else None
    asked = _suggested(market)
    policy = _policy(market, alphabet, length, guess_limit, prefix=prefix, first=first, order=order)
    limit = policy.guess_limit
    told = {
        "alphabet": policy.alphabet,
        "length": policy.length,
        "prefix": policy.prefix,
        "first": policy.firsts,
        "order": policy.order.value,
        "space": policy.space,
        "issued_max": policy.issued_max,
        "guess_limit": None if limit is None else str(limit),
    }
    if json:
        write_json({**told, "asked": asked.asked if asked else []})
        return
    write_table("", ("Policy", ""), ((name, _grouped(value)) for name, value in told.items()))
    if asked:
        titles = (f"{asked.market} asks", "", "Known", "Source")
        rows = ((each.what, each.value, each.status, each.source) for each in asked.asked)
        write_table("", titles, rows)


@pool_group.command("add")
def add_pool(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    organisation: options.Organisation,
    code: NewCode,
    gtin: Gtin,
    alphabet: Alphabet = None,
    length: Length = None,
    prefix: Prefix = "",
    first: First = "",
    sequential: Sequential = False,
    guess_limit: GuessLimit = None,
    low_water: LowWater = 0,
    unused_for_days: UnusedForDays = None,
    market: Market = "",
    owner: Owner = None,
    serves: Serves = None,
    json: options.Json = False,
) -> None:
    """Open a pool that makes the serial numbers of a GTIN."""
    from packtrail.serials.levels import Levels
    from packtrail.services.supply.opening import create_pool

    order = "sequential" if sequential else "random"
    policy = _policy(market, alphabet, length, guess_limit, prefix=prefix, first=first, order=order)
    levels = Levels(low_water=low_water, unused_for_days=unused_for_days)
    opening = _opening(code, levels, owner=owner, serves=serves, market=market)
    with organisation.acting() as (application, actor):
        made = create_pool(application, actor, opening, gtin=gtin, policy=policy)
    _tell_made(made, as_json=json)


@pool_group.command("add-imported")
def add_imported_pool(  # noqa: PLR0913, PLR0917
    organisation: options.Organisation,
    code: NewCode,
    gtin: Gtin,
    alphabet: Alphabet = None,
    length: Length = None,
    prefix: Prefix = "",
    first: First = "",
    guess_limit: GuessLimit = None,
    low_water: LowWater = 0,
    top_up_to: TopUpTo = 0,
    unused_for_days: UnusedForDays = None,
    market: Market = "",
    owner: Owner = None,
    serves: Serves = None,
    json: options.Json = False,
) -> None:
    """Open a pool for serial numbers of a GTIN that an authority issues; see `serials import`."""
    from packtrail.serials.levels import Levels
    from packtrail.services.supply.opening import create_imported_pool

    policy = _policy(
        market, alphabet, length, guess_limit, prefix=prefix, first=first, order="imported"
    )
    levels = Levels(low_water=low_water, top_up_to=top_up_to, unused_for_days=unused_for_days)
    opening = _opening(code, levels, owner=owner, serves=serves, market=market)
    with organisation.acting() as (application, actor):
        made = create_imported_pool(application, actor, opening, gtin=gtin, policy=policy)
    _tell_made(made, as_json=json)


@pool_group.command("add-sscc")
def add_sscc_pool(
    organisation: options.Organisation,
    code: NewCode,
    prefix: Annotated[str, typer.Argument(help="GS1 company prefix of 6 to 12 digits.")],
    extension: Annotated[
        str, typer.Option("--extension", help="Extension digit, the first of the SSCC.")
    ] = "0",
    low_water: LowWater = 0,
    owner: Owner = None,
    serves: Serves = None,
    json: options.Json = False,
) -> None:
    """Open a pool of SSCCs, which follow each other."""
    from packtrail.serials.levels import Levels
    from packtrail.services.supply.opening import create_sscc_pool

    opening = _opening(code, Levels(low_water=low_water), owner=owner, serves=serves)
    with organisation.acting() as (application, actor):
        made = create_sscc_pool(application, actor, opening, prefix=prefix, extension=extension)
    _tell_made(made, as_json=json)


@pool_group.command("add-drawn")
def add_drawn_pool(  # noqa: PLR0913, PLR0917
    organisation: options.Organisation,
    code: NewCode,
    parent: Annotated[str, typer.Argument(help="Code of the pool it draws from, or owner/code.")],
    low_water: LowWater = 0,
    top_up_to: TopUpTo = 0,
    drawn_per_day: DrawnPerDay = None,
    unused_for_days: UnusedForDays = None,
    serves: Serves = None,
    json: options.Json = False,
) -> None:
    """Open a pool for a line or a contract manufacturer, which draws from another pool."""
    from packtrail.serials.levels import Levels
    from packtrail.services.supply.opening import create_drawn_pool

    levels = Levels(
        low_water=low_water, top_up_to=top_up_to, drawn_per_day_max=drawn_per_day,
        unused_for_days=unused_for_days,
    )  # fmt: skip
    opening = _opening(code, levels, owner=None, serves=serves)
    with organisation.acting() as (application, actor):
        made = create_drawn_pool(application, actor, opening, parent=parent)
    _tell_made(made, as_json=json)


@pool_group.command("change")
def change_pool(
    organisation: options.Organisation,
    pool: PoolCode,
    low_water: Annotated[int | None, typer.Option("--low-water", help="Warn below this.")] = None,
    top_up_to: Annotated[
        int | None, typer.Option("--top-up-to", help="Fill it so far when it runs low; 0: by hand.")
    ] = None,
    drawn_per_day: DrawnPerDay = None,
    unused_for_days: UnusedForDays = None,
    json: options.Json = False,
) -> None:
    """Change the levels of a pool; what is not named stays, and -1 takes a limit away."""
    from packtrail.serials.levels import Levels
    from packtrail.services.supply import changing, pools

    def level(new: int | None, old: int | None) -> int | None:
        return old if new is None else None if new == -1 else new

    with organisation.acting() as (application, actor):
        now = pools.pool(application, actor, pool)
        levels = Levels(
            low_water=now.low_water if low_water is None else low_water,
            top_up_to=now.top_up_to if top_up_to is None else top_up_to,
            drawn_per_day_max=level(drawn_per_day, now.drawn_per_day_max),
            unused_for_days=level(unused_for_days, now.unused_for_days),
        )
        changed = changing.change_levels(application, actor, pool, levels)
    if json:
        write_json(changed)
    else:
        write_line(f"pool {changed.code} is low below {changed.low_water:,}")
        tell_findings(changed.findings)


@pool_group.command("close")
def close_pool(
    organisation: options.Organisation, pool: PoolCode, json: options.Json = False
) -> None:
    """Let a pool give nothing more, for good; what it gave stays known."""
    from packtrail.services.supply import changing

    with organisation.acting() as (application, actor):
        closed = changing.close_pool(application, actor, pool)
    if json:
        write_json(closed)
    else:
        write_line(f"pool {closed.code} is closed; it gave {closed.issued:,}")


@pool_group.command("top-up")
def top_up_pool(
    organisation: options.Organisation,
    pool: PoolCode,
    count: Annotated[int, typer.Argument(help="How many numbers to draw from its parent.")],
    request: Request = None,
    json: options.Json = False,
) -> None:
    """Draw numbers for a pool from its parent."""
    from packtrail.services.supply.topping_up import top_up

    with organisation.acting() as (application, actor):
        entry = top_up(application, actor, pool, count, request_id=request or str(uuid4()))
    if json:
        write_json(entry)
    else:
        write_line(f"{entry.count:,} of {entry.asked:,} were drawn")


@pool_group.command("skip")
def skip_numbers(
    organisation: options.Organisation,
    pool: PoolCode,
    count: Annotated[int, typer.Argument(help="No fewer than it gave since; 0: none.")],
    request: Request = None,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "restored from a backup",
    json: options.Json = False,
) -> None:
    """Pass over the next numbers, which may have been given after the backup that was restored."""
    from packtrail.services.supply.changing import skip

    with organisation.acting() as (application, actor):
        done = skip(
            application, actor, pool, count, request_id=request or str(uuid4()), reason=reason
        )
    if json:
        write_json(done)
    else:
        write_line(f"the pool {done.code} passes over {count:,}; {done.left:,} are left")


@pool_group.command("list")
def list_pools(organisation: options.Organisation, json: options.Json = False) -> None:
    """List the pools you may use, and how full they are."""
    from packtrail.services.supply import pools

    with organisation.acting() as (application, actor):
        found = pools.pools(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Pool", "Owner", "From", "Numbers of", "Issued", "Used", "Back or void", "Open", "Left",
         "Guess limit", "Key"),
        (
            (
                each.code, each.owner, each.parent or each.source, each.number_of,
                f"{each.issued:,}", f"{each.used:,}",
                f"{each.returned + each.voided + each.expired:,}", f"{each.outstanding:,}",
                _left(each), each.guess_limit, each.generation,
            )
            for each in found
        ),
    )  # fmt: skip
    tell_findings(finding for each in found for finding in each.findings)


@pool_group.command("new-key")
def replace_key(
    organisation: options.Organisation, pool: PoolCode, json: options.Json = False
) -> None:
    """Give a pool a new key; what it gave before stays known, and is never given again."""
    from packtrail.services.supply import changing

    with organisation.acting() as (application, actor):
        changed = changing.replace_key(application, actor, pool)
    if json:
        write_json(changed)
    else:
        write_line(f"pool {changed.code} uses its key {changed.generation}")


def _opening(
    code: str, levels: Levels, *, owner: str | None, serves: str | None, market: str = ""
) -> Opening:
    from packtrail.services.supply.opening import Opening

    return Opening(code=code, levels=levels, owner=owner, serves=serves, market=market)


def _policy(
    market: str,
    alphabet: str | None,
    length: int | None,
    guess_limit: str | None,
    *,
    prefix: str,
    first: str,
    order: str | None,
) -> Policy:
    """Return a policy: what is not said is as the first of the markets asks, or usual."""
    from packtrail.serials.policy import Order, Policy

    is_imported = order == Order.IMPORTED
    asked = _suggested(market, is_imported=is_imported)
    base = asked.policy if asked else Policy.of(*_USUAL[is_imported])
    chosen = Order(order) if order else base.order
    limit = base.guess_limit if guess_limit is None else _limit(guess_limit)
    return Policy.of(
        base.alphabet if alphabet is None else alphabet,
        base.length if length is None else length,
        prefix=prefix,
        first=first,
        order=chosen,
        guess_limit=limit if guess_limit is not None or chosen is Order.RANDOM else None,
    )


def _suggested(market: str, *, is_imported: bool = False) -> MarketPolicy | None:
    """Return what the first of some markets asks, if one is named."""
    from datetime import UTC, datetime

    from packtrail.services.supply.market_rules import suggested
    from packtrail.settings import Settings

    first = market.split(",", maxsplit=1)[0].strip()
    if not first:
        return None
    today = datetime.now(UTC).date()
    return suggested(Settings.of(), first, on=today, is_imported=is_imported)


def _limit(text: str) -> Fraction | None:
    try:
        return None if text == "none" else Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(
            f"--guess-limit is {text!r}: expected a share such as 1/10000, or none."
        ) from error


def _tell_made(made: SerialPool, *, as_json: bool) -> None:
    if as_json:
        write_json(made)
    else:
        how_many = f"{made.capacity:,} may be issued" if made.source == "made" else "it is empty"
        write_line(f"pool {made.code} for {made.number_of}: {how_many}")


def _grouped(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value if value is not None else "none")


def _left(pool: SerialPool) -> str:
    if pool.closed_at:
        return "closed"
    return "held" if pool.held_since else f"{pool.left:,}"
