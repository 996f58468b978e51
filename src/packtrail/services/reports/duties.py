"""Duties: which duty of a market asks for a report, and by when it must be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.compliance.profiles import reporting_duties
from packtrail.reporting.deadlines import Deadline, deadline_of
from packtrail.services.holidays import working_days_in
from packtrail.services.reports.receivers import Receiver, pack_for

if TYPE_CHECKING:
    from datetime import datetime

    from packtrail.compliance.catalogue import Catalogue
    from packtrail.compliance.words import Happening
    from packtrail.reporting.forms import Form
    from packtrail.services.reports.selling import Selling


def deadline_for(
    rules: Catalogue,
    selling: Selling,
    receiver: Receiver,
    form: Form,
    happening: Happening,
    happened_at: datetime,
    *,
    gtin: str,
) -> Deadline:
    """Return the deadline that the law of a receiver's market sets for a report.

    Args:
        rules: In force for the organisation.
        selling: What it sells where.
        receiver: Who takes the report.
        form: Its form.
        happening: What happened.
        happened_at: When, with the offset of the place.
        gtin: What it tells of; empty: several products.
    """
    pack = pack_for(rules, receiver.market)
    if pack is None:
        return Deadline(None, "")
    item = selling.item(gtin, receiver.market)
    asked = reporting_duties(pack, item, on=happened_at.date(), roles=receiver.roles)
    is_worked = working_days_in(receiver.market, happened_at.date())
    return deadline_of(asked, form, happening, happened_at, is_worked=is_worked)
