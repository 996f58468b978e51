"""Checks of what is done along the chain: reports, aggregation, verification, returns, records."""

from __future__ import annotations

from typing import Final

from packtrail.compliance.checks.answers import (
    Answer,
    Check,
    decide,
    failed,
    listed,
    named,
    not_said,
    passed,
    subset,
    table,
)
from packtrail.compliance.spans import Span
from packtrail.compliance.subjects import (
    Delay,
    Document,
    Incident,
    Return,
    Scan,
    Shipment,
    Subject,
    SubjectKind,
)
from packtrail.compliance.words import Happening


def reported(subject: Subject, *, events: tuple[Happening, ...]) -> Answer:
    """Every event was reported that must be."""
    unsaid = [each for each in events if each.value not in subject.reports]
    never = [each for each in events if each.value in subject.reports
             and not subject.reports[each.value].is_reported]  # fmt: skip
    if never:
        return failed(f"Not reported: {listed(never)}.", "reports")
    if unsaid:
        return not_said("reports", f"whether {listed(unsaid)} was reported")
    return passed(f"Reported: {listed(events)}.", "reports")


def reported_before(subject: Subject, *, events: tuple[Happening, ...]) -> Answer:
    """Every event was reported before it took place."""
    late: list[Happening] = []
    for event in events:
        delay = subject.reports.get(event.value)
        if delay is None:
            return not_said("reports", f"when {listed([event])} was reported")
        if delay.word != "before":
            late.append(event)
    return decide(
        is_so=not late,
        yes=f"Reported before the event: {listed(events)}.",
        no=f"Not reported before the event: {listed(late)}.",
        at="reports",
    )


def reported_within(
    subject: Subject, *, events: tuple[Happening, ...], within: Span | None = None
) -> Answer:
    """Every event was reported in time; without a span, at once."""
    limit = f"within {within}" if within else "at once"
    unsure: list[str] = []
    for event in events:
        delay = subject.reports.get(event.value)
        if delay is None:
            return not_said("reports", f"when {listed([event])} was reported")
        in_time = _in_time(delay, within)
        if in_time is False:
            told = str(delay) if delay.is_reported else "never"
            return failed(
                f"{listed([event]).capitalize()} was reported {told}; it must be {limit}.",
                "reports",
            )
        unsure += [f"{event.value} was reported ({delay})"] if in_time is None else []
    if unsure:
        return not_said("reports", f"over which days {listed(unsure)}, so whether it was {limit}")
    return passed(f"Reported {limit}: {listed(events)}.", "reports")


def _in_time(delay: Delay, within: Span | None) -> bool | None:
    """Tell whether a report came in time; None: weekends decide, and the days are not said."""
    if delay.span is None:
        return delay.is_reported
    return delay.span.is_within(within) if within else False


def told_to(incident: Incident, *, parties: tuple[str, ...]) -> Answer:
    """Everybody who must know was told."""
    if incident.told is None:
        return not_said("told", "who was told")
    return subset(parties, incident.told, at="told", yes="Told: {}.", no="Not told: {}.")


def aggregated(shipment: Shipment, *, levels: tuple[str, ...]) -> Answer:
    """For every level it is known, by identifier, what it holds."""
    if shipment.aggregated is None:
        return not_said("aggregated", "which levels are aggregated")
    return subset(
        levels,
        {each.value for each in shipment.aggregated},
        at="aggregated",
        yes="Aggregated: {}.",
        no="Not aggregated: {}.",
    )


def identified_by(shipment: Shipment, *, keys: tuple[str, ...]) -> Answer:
    """Logistic units bear one of the keys."""
    if shipment.identified_by is None:
        return not_said("identified_by", "which keys its logistic units bear")
    there = [each for each in keys if each in shipment.identified_by]
    return decide(
        is_so=bool(there),
        yes=f"Logistic units bear {listed(there).upper()}.",
        no=f"Logistic units bear no {listed(keys, last='or').upper()}.",
        at="identified_by",
    )


def accompanied_by(shipment: Shipment, *, documents: tuple[str, ...]) -> Answer:
    """The documents that must travel with a shipment do."""
    if shipment.accompanied_by is None:
        return not_said("accompanied_by", "which documents travel with it")
    return subset(
        documents,
        shipment.accompanied_by,
        at="accompanied_by",
        yes="It comes with {}.",
        no="It comes without {}.",
    )


def tells(shipment: Shipment, *, parts: tuple[str, ...]) -> Answer:
    """The information that goes with a shipment says all that it must."""
    if shipment.tells is None:
        return not_said("tells", "what the information that goes with it says")
    return subset(
        parts,
        shipment.tells,
        at="tells",
        yes="The information tells {}.",
        no="The information does not tell {}.",
        tell=named,
    )


def partner_authorised(shipment: Shipment) -> Answer:
    """The partner may trade in medicines."""
    if shipment.is_partner_authorised is None:
        return not_said("partner_authorised", "whether the partner is authorised")
    return decide(
        is_so=shipment.is_partner_authorised,
        yes="The partner is authorised.",
        no="The partner is not authorised.",
        at="partner_authorised",
    )


def accepted_before_dispatch(shipment: Shipment) -> Answer:
    """Whoever sends goods on has received them in the system before."""
    if shipment.is_accepted is None:
        return not_said("accepted", "whether the goods were received in the system before")
    return decide(
        is_so=shipment.is_accepted,
        yes="The goods were received in the system before.",
        no="The goods were not received in the system before they were sent on.",
        at="accepted",
    )


def not_sent_to(shipment: Shipment, *, markets: tuple[str, ...]) -> Answer:
    """The goods do not go to a market they are not made for."""
    if shipment.to_market is None:
        return not_said("to_market", "where the goods go")
    return decide(
        is_so=shipment.to_market not in markets,
        yes=f"The goods go to {shipment.to_market}.",
        no=f"The goods go to {shipment.to_market}, for which they are not made.",
        at="to_market",
    )


def formatted_as(document: Document, *, formats: tuple[str, ...]) -> Answer:
    """The file has a format that the receiver takes."""
    if document.format is None:
        return not_said("format", "which format the file has")
    return decide(
        is_so=document.format in formats,
        yes=f"The file is {listed([document.format])}.",
        no=f"The file is {listed([document.format])}; taken is {listed(formats, last='or')}.",
        at="format",
    )


def follows(document: Document, *, guidelines: tuple[str, ...]) -> Answer:
    """The file follows a guideline that the receiver accepts."""
    if document.guideline is None:
        return not_said("guideline", "which guideline the file follows")
    return decide(
        is_so=document.guideline in guidelines,
        yes=f"The file follows {document.guideline}.",
        no=f"The file follows {document.guideline}; accepted is {listed(guidelines, last='or')}.",
        at="guideline",
    )


def no_larger_than(document: Document, *, size: int) -> Answer:
    """The file is not larger than the receiver takes."""
    if document.size_bytes is None:
        return not_said("size_bytes", "how large the file is")
    return decide(
        is_so=document.size_bytes <= size,
        yes=f"The file has {document.size_bytes:,} bytes; up to {size:,} are taken.",
        no=f"The file has {document.size_bytes:,} bytes; only {size:,} are taken.",
        at="size_bytes",
    )


def events_at_most(document: Document, *, count: int) -> Answer:
    """The file holds no more events than the receiver takes."""
    if document.event_count is None:
        return not_said("event_count", "how many events the file holds")
    return decide(
        is_so=document.event_count <= count,
        yes=f"The file holds {document.event_count} of {count} events.",
        no=f"The file holds {document.event_count} events; {count} is the most.",
        at="event_count",
    )


def no_bad_row(document: Document) -> Answer:
    """Every row of the file can be taken: one bad row refuses all."""
    if document.bad_rows is None:
        return not_said("bad_rows", "whether every row was checked")
    return decide(
        is_so=document.bad_rows == 0,
        yes="Every row of the file can be taken.",
        no=f"{document.bad_rows} of its rows cannot be taken, so the whole file is refused.",
        at="bad_rows",
    )


def kept(document: Document, *, at_least: Span) -> Answer:
    """The record is kept long enough."""
    if document.kept_for is None:
        return not_said("kept_for", "how long the record is kept")
    is_enough = at_least.is_within(document.kept_for)
    if is_enough is None:
        days = f"over which days {document.kept_for} go, so whether they are {at_least}"
        return not_said("kept_for", days)
    return decide(
        is_so=is_enough,
        yes=f"The record is kept for {document.kept_for}; {at_least} are asked for.",
        no=f"The record is kept for {document.kept_for}; {at_least} are asked for.",
        at="kept_for",
    )


def kept_beyond_expiry(document: Document, *, at_least: Span) -> Answer:
    """The record is kept long enough after the expiry of its packs."""
    if document.kept_until is None:
        return not_said("kept_until", "until when the record is kept")
    if document.expires_on is None:
        return not_said("expires_on", "when its packs expire")
    last = at_least.after(document.expires_on)
    told = f"The record is kept until {document.kept_until}; {at_least} after expiry is {last}."
    return decide(is_so=last <= document.kept_until, yes=told, no=told, at="kept_until")


def verified(subject: Scan | Return) -> Answer:
    """The identifier was verified before."""
    if subject.is_verified is None:
        return not_said("verified", "whether the identifier was verified")
    return decide(
        is_so=subject.is_verified,
        yes="The identifier was verified.",
        no="The identifier was not verified.",
        at="verified",
    )


def decommissioned(scan: Scan) -> Answer:
    """The identifier was taken out of use in the system."""
    if scan.is_decommissioned is None:
        return not_said("decommissioned", "whether the identifier was decommissioned")
    return decide(
        is_so=scan.is_decommissioned,
        yes="The identifier was decommissioned.",
        no="The identifier was not decommissioned.",
        at="decommissioned",
    )


def not_in_state(subject: Scan | Return, *, states: tuple[str, ...]) -> Answer:
    """The pack is in none of the states that forbid it."""
    if subject.state is None:
        return not_said("state", "which state the pack is in")
    return decide(
        is_so=subject.state not in states,
        yes=f"The pack is {listed([subject.state])}.",
        no=f"The pack is {listed([subject.state])}, which forbids it.",
        at="state",
    )


def undone_within(back: Return, *, within: Span) -> Answer:
    """A decommissioning is undone while there is time."""
    if back.undone_after is None:
        return not_said("undone_after", "how long after the decommissioning it is undone")
    in_time = back.undone_after.is_within(within)
    if in_time is None:
        days = f"over which days {back.undone_after} went by, so whether these are {within} or less"
        return not_said("undone_after", days)
    return decide(
        is_so=in_time,
        yes=f"It is undone after {back.undone_after}; {within} are allowed.",
        no=f"It is undone after {back.undone_after}; only {within} are allowed.",
        at="undone_after",
    )


def undone_by_the_same(back: Return) -> Answer:
    """Who undoes a decommissioning has the same authorisation and premises as who did it."""
    facts = {
        "same_authorisation": back.is_same_authorisation,
        "same_premises": back.is_same_premises,
    }
    for name, value in facts.items():
        if value is False:
            return failed(f"It is not the {listed([name])} as at the decommissioning.", name)
    for name, value in facts.items():
        if value is None:
            return not_said(name, f"whether it is the {listed([name])}")
    return passed("Authorisation and premises are the same.", "same_authorisation")


def not_supplied(back: Return) -> Answer:
    """The pack was not supplied to the public."""
    if back.is_supplied_to_public is None:
        return not_said("supplied_to_public", "whether the pack was supplied to the public")
    return decide(
        is_so=not back.is_supplied_to_public,
        yes="The pack was not supplied to the public.",
        no="The pack was supplied to the public.",
        at="supplied_to_public",
    )


_REPORTING: Final = (
    SubjectKind.LOT,
    SubjectKind.SHIPMENT,
    SubjectKind.SCAN,
    SubjectKind.RETURN,
    SubjectKind.INCIDENT,
)

SUPPLY_CHECKS: Final[dict[str, Check]] = {
    **table(_REPORTING, reported, reported_before, reported_within),
    **table([SubjectKind.INCIDENT], told_to),
    **table(
        [SubjectKind.SHIPMENT],
        aggregated,
        identified_by,
        accompanied_by,
        tells,
        partner_authorised,
        accepted_before_dispatch,
        not_sent_to,
    ),
    **table(
        [SubjectKind.DOCUMENT],
        formatted_as,
        follows,
        no_larger_than,
        events_at_most,
        no_bad_row,
        kept,
        kept_beyond_expiry,
    ),
    **table([SubjectKind.SCAN, SubjectKind.RETURN], verified, not_in_state),
    **table([SubjectKind.SCAN], decommissioned),
    **table([SubjectKind.RETURN], undone_within, undone_by_the_same, not_supplied),
}
