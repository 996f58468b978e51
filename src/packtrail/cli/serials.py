"""`packtrail serials`: pools of serial numbers, what they give, and what their ledgers prove."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from packtrail.base.errors import UsageError
from packtrail.cli import options
from packtrail.cli.output import FINDINGS, talk, tell_findings, write_json, write_line, write_table

if TYPE_CHECKING:
    from packtrail.serials.policy import Policy
    from packtrail.services.pools import SerialPool
    from packtrail.services.serial_proof import Proof
    from packtrail.services.serials import LookUp

serials = typer.Typer(help="Serial numbers: pools, allocations, proof.", no_args_is_help=True)
pool_group = typer.Typer(help="Pools: where serial numbers come from.", no_args_is_help=True)
serials.add_typer(pool_group, name="pool")

Alphabet = Annotated[
    str,
    typer.Option(
        "--alphabet",
        metavar="CHARACTERS",
        help="numeric, alphanumeric, unambiguous (no I, J, L, O, Q, U), or the characters.",
    ),
]
Length = Annotated[int, typer.Option("--length", help="Characters of a serial number, to 20.")]
Prefix = Annotated[str, typer.Option("--prefix", help="What every serial number starts with.")]
First = Annotated[
    str, typer.Option("--first", help="The characters that may come first; default: all.")
]
Sequential = Annotated[
    bool, typer.Option("--sequential", help="One after the other, so that anybody can guess them.")
]
GuessLimit = Annotated[
    str,
    typer.Option(
        "--guess-limit", metavar="SHARE", help="A guess hits an issued number less often; or none."
    ),
]
NewCode = Annotated[
    str, typer.Argument(help="Short name of the pool: small letters, digits and hyphens.")
]
LowWater = Annotated[int, typer.Option("--low-water", help="Warn when fewer are left than this.")]
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


@serials.command("policy")
def show_policy(
    alphabet: Alphabet = "unambiguous",
    length: Length = 12,
    prefix: Prefix = "",
    first: First = "",
    sequential: Sequential = False,
    guess_limit: GuessLimit = "1/10000",
    json: options.Json = False,
) -> None:
    """Tell how many serial numbers a policy allows, and how many of them may be issued."""
    policy = _policy(alphabet, length, prefix, first, guess_limit, is_sequential=sequential)
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
        write_json(told)
    else:
        write_table("", ("Policy", ""), ((name, _grouped(value)) for name, value in told.items()))


@pool_group.command("add")
def add_pool(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    code: NewCode,
    gtin: Annotated[str, typer.Argument(help="The trade item whose serial numbers these are.")],
    alphabet: Alphabet = "unambiguous",
    length: Length = 12,
    prefix: Prefix = "",
    first: First = "",
    sequential: Sequential = False,
    guess_limit: GuessLimit = "1/10000",
    low_water: LowWater = 0,
    owner: Owner = None,
    serves: Serves = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Open a pool for the serial numbers of a GTIN."""
    from packtrail.services.pools import create_pool

    policy = _policy(alphabet, length, prefix, first, guess_limit, is_sequential=sequential)
    with options.acting(data, db, organisation) as (application, actor):
        made = create_pool(
            application, actor, code, gtin=gtin, policy=policy, low_water=low_water, owner=owner,
            serves=serves,
        )  # fmt: skip
    _tell_made(made, as_json=json)


@pool_group.command("add-sscc")
def add_sscc_pool(  # noqa: PLR0913, PLR0917
    code: NewCode,
    prefix: Annotated[str, typer.Argument(help="GS1 company prefix of 6 to 12 digits.")],
    extension: Annotated[
        str, typer.Option("--extension", help="Extension digit, the first of the SSCC.")
    ] = "0",
    low_water: LowWater = 0,
    owner: Owner = None,
    serves: Serves = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Open a pool of SSCCs, which follow each other."""
    from packtrail.services.pools import create_sscc_pool

    with options.acting(data, db, organisation) as (application, actor):
        made = create_sscc_pool(
            application, actor, code, prefix=prefix, extension=extension, low_water=low_water,
            owner=owner, serves=serves,
        )  # fmt: skip
    _tell_made(made, as_json=json)


@pool_group.command("list")
def list_pools(
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """List the pools you may use, and how full they are."""
    from packtrail.services import pools

    with options.acting(data, db, organisation) as (application, actor):
        found = pools.pools(application, actor)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Pool", "Owner", "Numbers of", "Issued", "Returned", "Void", "Left", "Guess limit", "Key"),
        (
            (
                each.code, each.owner, each.number_of, f"{each.issued:,}", f"{each.returned:,}",
                f"{each.voided:,}", f"{each.left:,}", each.guess_limit, each.generation,
            )
            for each in found
        ),
    )  # fmt: skip
    tell_findings(finding for each in found for finding in each.findings)


@pool_group.command("new-key")
def replace_key(
    pool: PoolCode,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Give a pool a new key; what it gave before stays known, and is never given again."""
    from packtrail.services import pools

    with options.acting(data, db, organisation) as (application, actor):
        changed = pools.replace_key(application, actor, pool)
    if json:
        write_json(changed)
    else:
        write_line(f"pool {changed.code} uses its key {changed.generation}")


@serials.command("allocate")
def allocate(  # noqa: PLR0913, PLR0917
    pool: PoolCode,
    count: Annotated[int, typer.Argument(help="How many serial numbers.")],
    request: Request = None,
    party: Annotated[
        str, typer.Option("--to", help="To whom they go: a line, a contract manufacturer.")
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", help="What for: an order, a lot.")] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write them to a file, one a line."),
    ] = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Take serial numbers from a pool and print them, one a line.

    They are recorded first. If printing fails, the same command with the same --request gives the
    same numbers.
    """
    from packtrail.services import serials as service

    request_id = request or str(uuid4())
    with options.acting(data, db, organisation) as (application, actor):
        delivery = service.allocate(
            application, actor, pool, count, request_id=request_id, party=party, purpose=purpose
        )
    entry = delivery.entry
    if out is not None:
        _write_file(out, delivery.lines())
    if json:
        numbers = {} if out is not None else {"serials": delivery.serials()}
        write_json({**asdict(entry), **numbers})
        return
    if out is None:
        for lines in delivery.lines():
            sys.stdout.buffer.write(lines)
        sys.stdout.buffer.flush()
    again = ", as before" if entry.is_repeated else ""
    talk.print(f"{entry.count:,} of {entry.asked:,}, request {entry.request_id}{again}")
    tell_findings(entry.findings)


@serials.command("return")
def return_serials(  # noqa: PLR0913, PLR0917
    pool: PoolCode,
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(help="The numbers, one a line; - is standard input.")
    ],
    request: Request = None,
    party: Annotated[str, typer.Option("--from", help="From whom they come.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why: the lot was closed.")] = "",
    void: Annotated[
        bool, typer.Option("--void", help="They were spoilt, rather than left over.")
    ] = False,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Give back serial numbers that were not used: all of the list, or none."""
    from packtrail.services import serials as service

    numbers = [line.strip().decode(errors="replace") for line in file if line.strip()]
    with options.acting(data, db, organisation) as (application, actor):
        entry = service.return_serials(
            application, actor, pool, numbers, request_id=request or str(uuid4()), party=party,
            reason=reason, void=void,
        )  # fmt: skip
    if json:
        write_json(entry)
    else:
        write_line(f"{entry.asked:,} {entry.kind}, request {entry.request_id}")


@serials.command("look-up")
def look_up(
    serial: Annotated[
        str, typer.Argument(help="A serialised GTIN or SSCC in any notation, or a bare number.")
    ],
    pool: Annotated[
        str | None, typer.Option("--pool", help="The pool of a bare serial number.")
    ] = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Tell whether a serial number was issued, when, to whom and for which request."""
    from packtrail.services import serials as service

    with options.acting(data, db, organisation) as (application, actor):
        found = service.look_up(application, actor, serial, pool=pool)
    if json:
        write_json(found)
    else:
        for each in found:
            write_line(_told(each))
    if not any(each.is_issued for each in found):
        raise typer.Exit(FINDINGS)


@serials.command("ledger")
def ledger(
    pool: PoolCode,
    after: Annotated[int, typer.Option("--after", help="Start after this entry.")] = 0,
    limit: Annotated[int, typer.Option("--limit", help="Most entries.")] = 100,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """List the entries of a pool's ledger, the first first."""
    from packtrail.services import serials as service

    with options.acting(data, db, organisation) as (application, actor):
        found = service.ledger(application, actor, pool, after=after, limit=limit)
    if json:
        write_json(found)
        return
    write_table(
        "",
        ("Entry", "Kind", "Asked", "Count", "To or from", "For", "Request", "When", "By"),
        (
            (
                each.entry_no, each.kind, f"{each.asked:,}", f"{each.count:,}", each.party,
                each.purpose, each.request_id, each.at, each.actor_name,
            )
            for each in found
        ),
    )  # fmt: skip


@serials.command("proof")
def proof(
    pool: Annotated[
        str | None, typer.Argument(help="Code of the pool, or owner/code; default: all.")
    ] = None,
    organisation: options.Organisation = None,
    data: options.Data = None,
    db: options.Db = None,
    json: options.Json = False,
) -> None:
    """Go through whole ledgers: no number was issued twice, and none is guessed too easily.

    Every number ever issued is made again and turned back. The exit code is 1 when a ledger does
    not hold.
    """
    from rich.progress import Progress

    from packtrail.services import pools, serial_proof

    with (
        options.acting(data, db, organisation) as (application, actor),
        Progress(console=talk, transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        total = sum(each.issued for each in pools.pools(application, actor))
        task = bar.add_task("proving", total=total)
        proofs = serial_proof.prove(
            application, actor, pool, progress=lambda count: bar.update(task, advance=count)
        )
    if json:
        write_json(proofs)
    else:
        for each in proofs:
            _tell_proof(each)
    if not all(each.holds for each in proofs):
        raise typer.Exit(FINDINGS)


def _policy(
    alphabet: str, length: int, prefix: str, first: str, guess_limit: str, *, is_sequential: bool
) -> Policy:
    from packtrail.serials.policy import Order, Policy

    try:
        limit = None if is_sequential or guess_limit == "none" else Fraction(guess_limit)
    except (ValueError, ZeroDivisionError) as error:
        raise UsageError(
            f"--guess-limit is {guess_limit!r}: expected a share such as 1/10000, or none."
        ) from error
    order = Order.SEQUENTIAL if is_sequential else Order.RANDOM
    return Policy.of(alphabet, length, prefix=prefix, first=first, order=order, guess_limit=limit)


def _tell_made(made: SerialPool, *, as_json: bool) -> None:
    if as_json:
        write_json(made)
    else:
        write_line(f"pool {made.code} for {made.number_of}: {made.issued_max:,} may be issued")


def _write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that is there complete or not at all, and that nobody else can read."""
    draft = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(chunks)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error


def _told(found: LookUp) -> str:
    if found.entry is None:
        return f"{found.serial}  never issued by pool {found.owner}/{found.pool}"
    entry = found.entry
    parts = [
        f"{found.serial}  issued {entry.at:%Y-%m-%d %H:%M:%S %Z} by {entry.actor_name}",
        f"from pool {found.owner}/{found.pool}",
        f"to {entry.party}" if entry.party else "",
        f"for {entry.purpose}" if entry.purpose else "",
        f"request {entry.request_id}",
        f"{found.withdrawn.kind} {found.withdrawn.at:%Y-%m-%d %H:%M:%S %Z}"
        if found.withdrawn
        else "",
    ]
    return ", ".join(filter(None, parts))


def _tell_proof(proof: Proof) -> None:
    verdict = "no number was issued twice" if proof.holds else "THE LEDGER DOES NOT HOLD"
    promise = f"below {proof.guess_limit}" if proof.guess_limit else "no promise made"
    write_table(
        f"Pool {proof.owner}/{proof.pool} for {proof.number_of}: {verdict}",
        ("", ""),
        (
            ("Proven at", f"{proof.at:%Y-%m-%d %H:%M:%S %Z}"),
            ("Ledger since", f"{proof.since:%Y-%m-%d %H:%M:%S %Z}"),
            ("Entries read", f"{proof.entries:,}"),
            ("Keys so far", proof.generations),
            ("Issued", f"{proof.issued:,}"),
            ("Made again and turned back", f"{proof.proven:,}"),
            ("Returned, void", f"{proof.returned:,}, {proof.voided:,}"),
            ("Guess probability", f"{proof.guess_probability}, {promise}"),
        ),
    )
    tell_findings(proof.findings)


def _grouped(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value if value is not None else "none")
