"""Labels of the objects of a work order: which template, what it says, for one number."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Final

from packtrail.access import Actor, Permission, require
from packtrail.base.errors import Conflict, NotFound, RefusedError
from packtrail.compliance import TradeItem, label_profile
from packtrail.compliance.words import Level as PackLevel
from packtrail.compliance.words import ProductClass
from packtrail.production import codes
from packtrail.production.levels import Level, Tier
from packtrail.rendering import labels, times
from packtrail.rendering.labels import Label, Template
from packtrail.rendering.reports import Report, Section, write_pdf
from packtrail.services import rule_packs
from packtrail.services.orders import known_numbers, order_commands, orders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packtrail.production.orders import Terms
    from packtrail.services.application import Application
    from packtrail.services.orders.orders import WorkOrder

_NATIONAL: Final = {
    "DE": "710", "FR": "711", "ES": "712", "BR": "713", "PT": "714", "US": "715", "IT": "716",
}  # fmt: skip
"""Market -> application identifier of its national number."""


def templates(app: Application, actor: Actor) -> Mapping[str, Template]:
    """Return the label templates of this installation by name.

    Raises:
        UsageError, RefusedError: As `packtrail.rendering.labels.templates` says.
    """
    require(actor, Permission.LINE_READ)
    return labels.templates(app.settings.label_templates_dir)


def label(
    app: Application,
    actor: Actor,
    code: str,
    level: Level,
    *,
    number: str | None = None,
    template: str | None = None,
) -> Label:
    """Return the label of an object of a released order.

    Args:
        app: The application.
        actor: Who asks.
        code: The work order.
        level: Of the object.
        number: Its serial number or SSCC; None: the first of the order, to look at.
        template: Name of the template; None: that of the order, else the one for the market.

    Raises:
        NotFound: `LIN-010`, no such order; `LIN-070`, no such template.
        RefusedError: `LIN-012`, the order has no such level; `LIN-022`, the number is not the
            order's; `LIN-072` and others, as `packtrail.rendering.labels.fill` says.
        Conflict: `LIN-016`, the order was not released.
        NotPermitted: The actor may not take the numbers of the order.
    """
    require(actor, Permission.REPORT_CREATE)
    order = orders.order(app, actor, code)
    tier = order.terms.tier(level)
    if tier is None:
        message = f"The order {order.code} has no level {level}."
        raise RefusedError(codes.BAD_ORDER.found(message, at="level"))
    chosen = _template(app, order, tier, template)
    shown = _number(app, actor, order, tier, number)
    return labels.fill(
        chosen,
        _values(order, tier, shown),
        _elements(order.terms, tier, shown),
        asked=_asked(app, order.terms, tier),
    )


def proof(app: Application, actor: Actor, code: str, *, template: str | None = None) -> bytes:
    """Return the labels of all levels of an order as PDF, to be approved before they are printed.

    Raises:
        NotFound, RefusedError, Conflict, NotPermitted: As `label` says.
        UsageError: The extra `reports` is not installed.
    """
    order = orders.order(app, actor, code)
    drawn = [
        (tier, label(app, actor, order.order_id, tier.level, template=template))
        for tier in order.terms.tiers
    ]
    sections = [
        Section(
            heading=f"{tier.level.value.capitalize()}: {each.template.title}",
            paragraphs=tuple(symbol.hri for _, symbol in each.symbols),
            picture=each.svg(),
            alt="; ".join(symbol.hri for _, symbol in each.symbols),
        )
        for tier, each in drawn
    ]
    report = Report(
        title="Label proof",
        subtitle=f"{order.terms.product}, lot {order.terms.lot}",
        author=f"{actor.name}, {actor.organisation_code}",
        made_at=app.clock(),
        facts={"Order": order.code, "Owner": order.owner, "Market": order.terms.market},
        sections=sections,
    )
    return write_pdf(report)


def _template(app: Application, order: WorkOrder, tier: Tier, name: str | None) -> Template:
    known = labels.templates(app.settings.label_templates_dir)
    wanted = name or order.terms.labels.get(tier.level)
    carries = "gtin" if tier.gtin else "sscc"
    if wanted:
        found = known.get(wanted)
        if found is None or not found.is_for(tier.level, carries):
            fitting = ", ".join(n for n, each in known.items() if each.is_for(tier.level, carries))
            message = f"{wanted[:60]!r} is no template for {tier.level}s; there are {fitting}."
            raise NotFound(codes.NO_TEMPLATE.found(message, at="template"))
        return found
    found = labels.choose(known, tier.level, carries, order.terms.market)
    if found is None:
        message = f"There is no template for {tier.level}s in {order.terms.market}."
        raise NotFound(codes.NO_TEMPLATE.found(message, at="template"))
    return found


def _number(
    app: Application, actor: Actor, order: WorkOrder, tier: Tier, number: str | None
) -> str:
    if not order.is_released:
        message = f"The order {order.code} was not released to the line {order.line}."
        raise Conflict(codes.NOT_RELEASED.found(message, at="order"))
    if number is None:
        lines = order_commands.numbers(app, actor, order.order_id, tier.level)
        first = next(iter(islice(lines, 1)), b"").split(b"\n")[0]
        return first.decode("ascii")
    issued = known_numbers.numbers(app, actor, order.order_id, tier.level)
    if not any(each.number == number for each in issued):
        message = f"{number[:60]!r} is no {tier.level} number of the order {order.code}."
        raise RefusedError(codes.NOT_ISSUED.found(message, at="number"))
    return number


def _elements(terms: Terms, tier: Tier, number: str) -> dict[str, str]:
    """Return what symbols of an object can say: application identifier -> value."""
    if not tier.gtin:
        return {"00": number}
    year, month, day = terms.expires[2:4], terms.expires[5:7], terms.expires[8:10]
    found = {"01": tier.gtin, "21": number, "10": terms.lot, "17": f"{year}{month}{day}"}
    if terms.manufactured_on:
        made = date.fromisoformat(terms.manufactured_on)
        found["11"] = made.strftime("%y%m%d")
    ai = _NATIONAL.get(terms.market)
    if ai and terms.national_number:
        found[ai] = terms.national_number.replace("-", "").replace(" ", "")
    return found


def _values(order: WorkOrder, tier: Tier, number: str) -> dict[str, str]:
    """Return what lines of text can name."""
    terms = order.terms
    year, month, day = terms.expires.split("-")
    content_gtin, content_count = _content(terms, tier)
    return {
        "product": terms.product,
        "market": terms.market,
        "order": order.code,
        "lot": terms.lot,
        "gtin": tier.gtin or "",
        "serial": number if tier.gtin else "",
        "sscc": "" if tier.gtin else number,
        "national_number": terms.national_number or "",
        "expiry_month": f"{month}.{year}",
        "expiry_iso": f"{year}-{month}" if day == "00" else terms.expires,
        "expiry_yymmdd": f"{year[2:]}{month}{day}",
        "expiry_words": times.expiry(terms.expires),
        "holds": str(tier.holds) if tier.holds else "",
        "content_gtin": content_gtin,
        "content_count": content_count,
    }


def _content(terms: Terms, tier: Tier) -> tuple[str, str]:
    """Return the trade item that a full container holds, and how many: elements (02) and (37)."""
    count, below = tier.holds, terms.below(tier.level)
    while below is not None and not below.gtin:
        count, below = count * below.holds, terms.below(below.level)
    return (below.gtin or "", str(count)) if below is not None else ("", "")


def _asked(app: Application, terms: Terms, tier: Tier) -> tuple[str, ...]:
    """Return the elements that the rules of the market ask for on a pack, beyond the template's."""
    if tier.level is not Level.PACK:
        return ()
    catalogue = rule_packs.catalogue(app.settings)
    if terms.market not in catalogue.markets:
        return ()
    item = TradeItem(product_class=ProductClass.PRESCRIPTION, level=PackLevel.UNIT)
    profile = label_profile(catalogue.pack_of(terms.market), item, on=app.clock().date())
    asked = profile.elements.value if profile.elements else ()
    return tuple(ai for ai in asked if ai.isdigit())
