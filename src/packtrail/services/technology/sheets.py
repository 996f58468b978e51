"""The tables of an inventory: one sheet a kind."""

from __future__ import annotations

from typing import Final

from packtrail.planning.technology.inventory import Kind
from packtrail.services.books.sheets import Sheet, columns

SYSTEMS: Final = Sheet("Systems", columns("""
    code*            identifier
    name*            text
    role*            text
    level            text
    vendor           text
    product          text
    version          identifier
    serial_number    identifier
    software         list
    site             identifier
    lines            list
    needs            list
    owner            text
    zone             text
    criticality      text
    validation       text
    validated_on     day
    state            text
    installed_on     day
    supported_until  day
    support_source   text
    paid_support     yes_no
    packs_per_minute number
    read_rate        number
    symbologies      list
    protocols        list
    aggregates       list
    elements         list
    successor        text
    upgrade_cost_eur count
    note             text
"""))  # fmt: skip
SUPPORT: Final = Sheet("Support", columns("""
    code*      identifier
    product*   text
    ends_on    day
    paid_until day
    source*    text
    seen_on    day
    confidence text
    note       text
"""))  # fmt: skip
MEASUREMENTS: Final = Sheet("Measurements", columns("""
    code*        identifier
    line*        identifier
    what*        text
    value        number
    capability   text
    can          yes_no
    measured_on* day
    source*      text
    note         text
"""))  # fmt: skip
OPTIONS: Final = Sheet("Options", columns("""
    code*       identifier
    title*      text
    closes*     text
    lines       list
    cost_eur    count
    effort_days number
    lead_days   count
    stop_days   count
    source      text
    note        text
"""))  # fmt: skip

BOOK: Final = {
    Kind.SYSTEM: SYSTEMS,
    Kind.SUPPORT: SUPPORT,
    Kind.MEASUREMENT: MEASUREMENTS,
    Kind.OPTION: OPTIONS,
}
"""Kind of an entry -> its sheet."""
