"""Building and checking, whatever the form is carried by."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from packtrail.reporting import codes
from packtrail.reporting.checking import Checked, check
from packtrail.reporting.composing import Composition, compose
from packtrail.reporting.event_files import check_events, compose_events
from packtrail.reporting.histories import history_of
from packtrail.reporting.words import Carrier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packtrail.base.findings import Finding
    from packtrail.reporting.forms import Form
    from packtrail.reporting.material import Material

_NAMED_MAX = 3


def build(form: Form, made_of: Material) -> Composition:
    """Return the files of a report, and what was missing for them."""
    if form.carrier is not Carrier.EPCIS:
        return compose(form, made_of)
    composed = compose_events(form, made_of)
    return Composition(composed.files, (*composed.findings, *_gaps(form, made_of)))


def check_file(form: Form, content: bytes, *, on: datetime) -> Checked:
    """Check a file against a form.

    Args:
        form: The form.
        content: The file.
        on: The present.
    """
    if form.carrier is Carrier.EPCIS:
        return check_events(form, content, on=on)
    return check(form, content)


def _gaps(form: Form, made_of: Material) -> Iterator[Finding]:
    """Find goods of a shipment whose history is not recorded here."""
    if form.epcis is None or not form.epcis.history:
        return
    history = history_of(made_of.tops, made_of.history)
    for objects, lack in ((history.unborn, "commissioning"), (history.unpacked, "packing")):
        if objects:
            named = ", ".join(objects[:_NAMED_MAX])
            more = f" and {len(objects) - _NAMED_MAX} more" if len(objects) > _NAMED_MAX else ""
            message = f"No {lack} is recorded of {named}{more}."
            yield codes.INCOMPLETE_HISTORY.found(message)
