"""Readiness as files: a workbook, a table, a report with the map."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from packtrail.rendering import law_words, times, world_map
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.rendering.tables import Column, Kind, Table, write_csv, write_xlsx
from packtrail.services.markets.ready import TONES, VERDICTS, ReadinessView, readiness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packtrail.access import Actor
    from packtrail.compliance.obligations import Obligation
    from packtrail.services.application import Application
    from packtrail.services.markets.ready import MarketRow


def workbook(app: Application, actor: Actor, *, on: date | None = None) -> bytes:
    """Return readiness as a workbook: markets, obligations and their parts."""
    seen = readiness(app, actor, on=on)
    tables = [markets_table(seen.rows), _obligations_table(seen), _parts_table(seen)]
    return write_xlsx(tables, about=_about(app, actor, seen), made_at=app.clock())


def csv(app: Application, actor: Actor, *, on: date | None = None) -> bytes:
    """Return readiness by market as CSV."""
    seen = readiness(app, actor, on=on)
    return write_csv(markets_table(seen.rows), about=_about(app, actor, seen))


def pdf(app: Application, actor: Actor, *, on: date | None = None) -> bytes:
    """Return readiness as a report.

    Args:
        app: The application.
        actor: Whose portfolio.
        on: The day from which it is seen; default: today.

    Raises:
        UsageError: The extra `reports` is not installed.
    """
    seen = readiness(app, actor, on=on)
    own = [each for each in seen.obligations if each.concern == "own"]
    sections = [
        Section(heading="Map", picture=map_of(seen.rows), alt="Readiness on a map of the world"),
        Section(heading="Markets", table=_printed_markets(seen.rows)),
        Section(
            heading="Obligations",
            paragraphs=(f"What the company itself must do, due until {seen.until:%d %b %Y}.",),
            table=_printed_obligations(own),
        ),
    ]
    report = Report(
        title="Readiness by market",
        subtitle=f"As seen on {seen.today:%d %b %Y}",
        author=f"{actor.name}, {actor.organisation_code}",
        made_at=app.clock(),
        facts={
            "Markets": str(len(seen.rows)),
            **{
                word: str(sum(each.verdict == verdict for each in seen.rows))
                for verdict, word in VERDICTS.items()
                if any(each.verdict == verdict for each in seen.rows)
            },
        },
        sections=sections,
    )
    return write_pdf(report)


def map_of(rows: Sequence[MarketRow], *, link: str = "") -> str:
    """Return readiness as a map of the world, as SVG.

    Args:
        rows: Markets.
        link: Where a tile leads, with `{}` for the market; empty: nowhere.
    """
    tiles = {
        each.market: world_map.Tile(
            tone=TONES[each.verdict],
            title=told(each),
            link=link.format(each.market) if link else "",
            is_dashed=each.verdict == "unknown",
        )
        for each in rows
    }
    return world_map.draw(tiles, title="Readiness by market")


def told(each: MarketRow) -> str:
    """Return in words how ready an organisation is for a market."""
    return f"{each.name}: {VERDICTS[each.verdict]}, {each.done} of {each.required} done"


def markets_table(found: Sequence[MarketRow]) -> Table:
    """Return readiness by market as a table."""
    columns = (
        Column("Market"), Column("Name"), Column("Standing"), Column("Products", Kind.NUMBER),
        Column("Required", Kind.NUMBER), Column("Done", Kind.NUMBER), Column("Open", Kind.NUMBER),
        Column("At risk", Kind.NUMBER), Column("Unknown", Kind.NUMBER), Column("Broken rules"),
        Column("Next day", Kind.DAY), Column("Next"),
    )  # fmt: skip
    rows = [
        (
            each.market, each.name, VERDICTS[each.verdict], each.products, each.required, each.done,
            each.open, each.at_risk, each.unknown, ", ".join(each.broken), each.next_on,
            each.next_what,
        )
        for each in found
    ]  # fmt: skip
    return Table("Markets", columns, rows)


def _printed_markets(found: Sequence[MarketRow]) -> Table:
    """Return readiness by market in as many columns as fit on paper."""
    columns = (
        Column("Market"), Column("Standing"), Column("Products", Kind.NUMBER),
        Column("Required", Kind.NUMBER), Column("Done", Kind.NUMBER),
        Column("At risk", Kind.NUMBER), Column("Unknown", Kind.NUMBER), Column("Next"),
    )  # fmt: skip
    rows = [
        (
            f"{each.name} ({each.market})",
            ": ".join(filter(None, (VERDICTS[each.verdict], ", ".join(each.broken)))),
            each.products, each.required, each.done, each.at_risk, each.unknown,
            f"{times.day(each.next_on)}: {each.next_what}" if each.next_on else "",
        )
        for each in found
    ]  # fmt: skip
    return Table("Markets", columns, rows)


def _printed_obligations(found: Iterable[Obligation]) -> Table:
    columns = (
        Column("Day", Kind.DAY), Column("Markets"), Column("What"), Column("Sure"),
        Column("Standing"), Column("Owner"), Column("Products", Kind.NUMBER),
    )  # fmt: skip
    rows = [
        (
            each.on, ", ".join(each.markets), each.what,
            law_words.sure(each.status, each.kind).text,
            each.standpoint.value.replace("_", " "), ", ".join(each.owners), len(each.products),
        )
        for each in found
    ]  # fmt: skip
    return Table("Obligations", columns, rows)


def _obligations_table(seen: ReadinessView) -> Table:
    columns = (
        Column("Day", Kind.DAY), Column("Markets"), Column("What"), Column("Concerns"),
        Column("Sure"), Column("Standing"), Column("State"), Column("Owner"),
        Column("Products", Kind.NUMBER), Column("Rules"), Column("Evidence"), Column("Key"),
    )  # fmt: skip
    rows = [
        (
            each.on, ", ".join(each.markets), each.what, each.concern.value,
            law_words.sure(each.status, each.kind).text,
            each.standpoint.value.replace("_", " "), each.state.value.replace("_", " "),
            ", ".join(each.owners), len(each.products), ", ".join(each.rules),
            "; ".join(each.evidence), each.key,
        )
        for each in seen.obligations
    ]  # fmt: skip
    return Table("Obligations", columns, rows)


def _parts_table(seen: ReadinessView) -> Table:
    columns = (
        Column("Key"), Column("Day", Kind.DAY), Column("Market"), Column("Product"),
        Column("Site"), Column("Line"), Column("Standing"), Column("State"), Column("Owner"),
        Column("Would break"), Column("Said on", Kind.MOMENT), Column("Said by"),
        Column("Evidence or reason"),
    )  # fmt: skip
    rows = [
        (
            each.key, each.on, one.part.market, one.part.product, one.part.site, one.part.line,
            one.standpoint.value.replace("_", " "), one.state.value.replace("_", " "), one.owner,
            ", ".join(one.broken), one.note.at if one.note else None,
            one.note.by if one.note else "",
            (one.note.evidence or one.note.reason) if one.note else "",
        )
        for each in seen.obligations
        for one in each.parts
    ]  # fmt: skip
    return Table("Parts", columns, rows)


def _about(app: Application, actor: Actor, seen: ReadinessView) -> dict[str, str]:
    packs = sorted({f"{each.pack_id} {each.version}" for each in seen.obligations})
    return {
        "What": "Readiness by market",
        "Of": actor.organisation_code,
        "As seen on": seen.today.isoformat(),
        "Obligations until": seen.until.isoformat(),
        "Made by": actor.name,
        "Made at": app.clock().isoformat(timespec="seconds"),
        "Rule packs": "; ".join(packs),
    }
