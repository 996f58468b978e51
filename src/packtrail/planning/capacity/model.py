"""The model of capacity: its inputs with what is known of each, and its formulas.

A calibration, the data of this installation or a scenario replace inputs; nothing replaces a
formula. Rates that the model begins with are measurements of a shared machine
(`docs/performance.md`): calibrate with those of your own installation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packtrail.base.errors import RefusedError
from packtrail.planning import codes
from packtrail.planning.capacity.estimating import Basis, Input, Quantity, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packtrail.base.findings import Finding
    from packtrail.planning.capacity.estimating import Estimate

YEARS = 10
"""Years for which the growth of the database is told."""


def inputs_of(
    given: Sequence[Input],
    scenario: Mapping[str, Input],
    *,
    seen: Sequence[Input] = (),
) -> tuple[Input, ...]:
    """Return all inputs: those of the forecast and of the model, replaced where others know better.

    Args:
        given: What the forecast gives.
        scenario: What somebody assumes; it counts before everything else.
        seen: What this installation holds or has measured; it counts before the model.

    Raises:
        RefusedError: `PLN-002`, the scenario names an input that there is not; `PLN-004`, a value
            is smaller than makes sense.
    """
    known = {each.key: each for each in (*given, *INPUTS, *seen)}
    found = [
        codes.UNKNOWN_REFERENCE.found(f"{key!r} is no input; there are {', '.join(known)}.", at=key)
        for key in scenario
        if key not in known
    ]
    found += [
        codes.BAD_VALUE.found(
            f"{each.span.low:g} is too small: expected {known[key].least:g} or more.", at=key
        )
        for key, each in scenario.items()
        if key in known and each.span.low < known[key].least
    ]
    if found:
        raise RefusedError(*found)
    return tuple(scenario.get(key, each) for key, each in known.items())


def lines_full(name: str, told: Estimate) -> Iterator[Finding]:
    """Yield whether the lines may not make what the forecast asks for."""
    load = told["line_load"]
    if load.high > 1:
        message = (
            f"In its busiest month the lines need {load.likely:.0%} of their hours,"
            f" and in one case of ten {load.high:.0%} or more."
        )
        yield codes.LINES_FULL.found(message, at=f"{name}: line_load")


_A, _F, _M = Basis.ASSUMPTION, Basis.FACT, Basis.MEASUREMENT

INPUTS: tuple[Input, ...] = tuple(
    Input(key, title, unit, Span.of(*span), basis, source, least)
    for key, title, unit, span, basis, source, least in (
        ("forecast_factor", "What comes true of the forecast", "x", (0.9, 1, 1.15), _A,
         "sales plans come true to a tenth, rather more than less",
         0.001),
        ("growth", "Growth of packs a year", "share", (0, 0.03, 0.08), _A,
         "markets grow by up to 8 % a year", 0),
        ("waste", "Serial numbers that reach no pack", "share", (0.01, 0.03, 0.08), _A,
         "rejects, samples and set-up of a line take 1 to 8 of 100 numbers", 0),
        ("packs_per_case", "Packs in a case", "packs", (50, 100, 150), _A,
         "50 to 150, until trade items are described here", 1),
        ("cases_per_pallet", "Cases on a pallet", "cases", (20, 40, 60), _A,
         "20 to 60, until trade items are described here", 1),
        ("lone_events", "Events told pack by pack", "a pack", (0.5, 1, 2), _A,
         "a pack is dispensed once; returns and transfers add, sales by case take away", 0),
        ("times_listed", "Times a pack is told in a list", "a pack", (2, 2, 4), _A,
         "commissioned and packed; partners may add shipping and receiving", 0),
        ("repacked", "Cases and parcels that warehouses pack anew, a year", "containers",
         (0, 0, 0), _A, "none, until one counts those whose events come in", 0),
        ("container_events", "Events told for a case or pallet", "each", (1, 1, 3), _A,
         "packed once; shipping and receiving by case add up to two", 0),
        ("checks", "Verifications", "a pack", (0.02, 0.1, 0.3), _A,
         "2 to 30 of 100 packs are verified here; national systems answer the others", 0),
        ("open_hours", "Hours a month in which packs move", "hours", (200, 240, 320), _A,
         "10 hours on 20 to 32 days",
         1),
        ("peak_factor", "Busiest hour over the mean of its month", "x", (1.5, 2, 4), _A,
         "the busiest hour is up to four times the mean", 1),
        ("bytes_listed", "Document bytes a pack in a list", "bytes", (72, 81, 90), _F,
         "counted on public vendor samples: list-style EPCIS XML", 1),
        ("bytes_lone", "Document bytes of an event, besides its list", "bytes", (520, 685, 850), _F,
         "counted on public vendor samples: an event a serial number", 1),
        ("packs_per_message", "Packs that a message of a line or warehouse lists", "packs",
         (1000, 5000, 10000), _A,
         "a line or warehouse tells a part of a batch or a delivery at once", 1),
        ("packs_per_sale", "Pack events in a message of a pharmacy", "events", (5, 20, 100), _A,
         "pharmacies tell a basket, an hour or half a day at once", 1),
        ("single_share", "Pack events that come each as a message of its own", "share",
         (0, 0.05, 0.3), _A, "few systems send every pack as a message of its own", 0),
        ("bytes_stored", "Database bytes a pack that is told in lists, whole life", "bytes",
         (140, 146, 180), _M, "packtrail bench size, docs/performance.md; the range is assumed", 1),
        ("bytes_event", "Database bytes more for an event of one pack", "bytes", (70, 93, 126), _M,
         "packtrail bench size, docs/performance.md; the range is assumed", 0),
        ("disk_there", "Disk there is for the database; 0: as the meters see it", "GB", (0, 0, 0),
         _A, "a database server of your own: say it here", 0),
        ("retention_years", "Years kept", "years", (6, 10, 12), _A,
         "US law asks for 6 years; other markets and policies for up to 12", 1),
        ("memory_share", "Share of a year's data to hold in memory", "share", (0.1, 0.25, 0.5), _A,
         "a tenth to a half of a year's data is asked for again and again", 0),
        ("memory_base", "Memory before there is any data", "GB", (2, 2, 2), _A,
         "connections, caches and the system", 0),
        ("processes_least", "Server processes at least", "processes", (2, 2, 2), _A,
         "one goes on when the other stops", 1),
        ("lone_rate", "Events of one pack a process takes", "a second", (4504, 5000, 5880), _M,
         "packtrail bench capture, dispensing, two runs on two cores; likely lies between", 0.001),
        ("list_rate", "Packs in lists a process takes", "a second", (18406, 100000, 212419), _M,
         "packtrail bench capture, lists, two runs on two cores; likely lies between", 0.001),
        ("message_rate", "Messages of one pack a process takes", "a second", (19, 100, 178), _M,
         "packtrail bench capture, lone messages, two runs on two cores; likely lies between",
         0.001),
        ("serial_rate", "Serial numbers a process issues", "a second",
         (1000000, 6000000, 6426042), _M,
         "packtrail bench serials on a quiet machine; the low end is assumed", 0.001),
        ("check_rate", "Verifications a process answers", "a second", (35, 50, 67), _M,
         "hey against /verify/gtin on a loaded machine; likely lies between", 0.001),
        ("lines", "Lines", "lines", (6, 6, 6), _A,
         "six of a small company, until lines are described here", 1),
        ("line_speed", "Speed of a line", "packs/min", (100, 150, 250), _A,
         "100 to 250 packs a minute, until lines are described here", 0.001),
        ("line_yield", "Share of line time that makes packs", "share", (0.35, 0.5, 0.65), _A,
         "set-up, cleaning and stops take 35 to 65 % of the time", 0.001),
        ("line_hours_month", "Hours a month a line is manned", "hours", (160, 320, 480), _A,
         "one to three shifts of 8 hours on 20 days",
         1),
        ("people_per_line", "People to run serialisation, a line", "people", (0.1, 0.2, 0.4), _A,
         "one person looks after 2.5 to 10 lines", 0),
        ("people_per_market", "People for the rules of a market", "people", (0.05, 0.1, 0.2), _A,
         "one person follows the rules of 5 to 20 markets", 0),
        ("cost_line", "To equip a line", "USD", (5e5, 1e6, 1.5e6), _F,
         "healthcarepackaging.com: about USD 1 M a line; the range is assumed", 0),
        ("cost_person", "A person, a year", "USD", (6e4, 9e4, 1.3e5), _A,
         "salary and all that comes on top of it", 0),
        ("cost_terabyte", "A TB of disk with copies, a year", "USD", (300, 1000, 2500), _A,
         "disk, copies and backup, USD 25 to 210 a month",
         0),
        ("cost_process", "Computer for one server process, a year", "USD", (300, 800, 2000), _A,
         "a core and its memory, USD 25 to 170 a month", 0),
        ("life_years", "Years over which equipment is written off", "years", (5, 7, 10), _A,
         "packaging equipment is written off over 5 to 10 years",
         1),
        ("margin", "Margin lost with a pack that cannot ship", "USD", (1, 5, 20), _A,
         "from generic to branded medicines", 0),
        ("usd_eur", "US dollars for a euro", "USD", (1.0, 1.1, 1.2), _A,
         "about the rate of recent years; prices known in dollars are told in euros", 0.001),
    )
)  # fmt: skip
"""Inputs that the forecast does not give."""

_DATABASE = (
    Quantity(
        "stored_1",
        "Database after year 1",
        "GB",
        "packs * (bytes_stored + lone_events * bytes_event) / 1e9",
    ),
    *(
        Quantity(
            f"stored_{year}",
            f"Database after year {year}",
            "GB",
            f"stored_{year - 1} + stored_1 * (1 + growth) ** {year - 1}"
            f" - stored_1 * (1 + growth) ** ({year - 1} - retention_years)"
            f" * min(1, max(0, {year} - retention_years))",
        )
        for year in range(2, YEARS + 1)
    ),
)

QUANTITIES: tuple[Quantity, ...] = (
    *(
        Quantity(key, title, unit, formula)
        for key, title, unit, formula in (
            ("packs", "Packs in the year", "packs", "packs_year * forecast_factor"),
            ("serials", "Serial numbers to issue", "numbers", "packs * (1 + waste)"),
            ("cases", "Cases", "cases", "packs / packs_per_case"),
            ("pallets", "Pallets", "pallets", "cases / cases_per_pallet"),
            ("container_numbers", "Numbers of cases, pallets and parcels", "numbers",
             "cases + pallets + repacked"),
            ("events", "Events: packing, and pack by pack", "events",
             "container_numbers * container_events + packs * lone_events"),
            ("events_mean", "Events, mean of the year", "a second", "events / (365 * 24 * 3600)"),
            ("packs_peak", "Packs that move in the busiest hour", "packs/h",
             "packs_month_peak * forecast_factor / open_hours * peak_factor"),
            ("container_share", "Events of containers, a pack", "events",
             "container_numbers * container_events / packs"),
            ("events_peak", "Events in the busiest hour", "a second",
             "packs_peak * (lone_events + container_share) / 3600"),
            ("checks_peak", "Verifications in the busiest hour", "a second",
             "packs_peak * checks / 3600"),
            ("bytes_sent", "Documents sent in the year", "GB",
             "(packs * times_listed * bytes_listed + events * bytes_lone) / 1e9"),
            ("messages_lone", "Messages for an event of one pack", "messages",
             "single_share + (1 - single_share) / packs_per_sale"),
            ("messages", "Messages taken in during the year", "messages",
             "packs * (times_listed / packs_per_message + lone_events * messages_lone)"),
            ("messages_peak", "Messages in the busiest hour", "a second",
             "packs_peak / 3600 * messages / packs"),
            ("network", "Network in the busiest hour", "Mbit/s",
             "packs_peak / 3600 * bytes_sent * 1e9 / packs * 8 / 1e6"),
        )
    ),
    *_DATABASE,
    *(
        Quantity(key, title, unit, formula)
        for key, title, unit, formula in (
            ("memory", "Memory for the database", "GB", "memory_base + stored_1 * memory_share"),
            ("lone_seconds", "Time of a process for an event of one pack", "s",
             "(1 - single_share) / lone_rate + single_share / message_rate"),
            ("busy", "Processes kept busy by packs in the busiest hour", "processes",
             "packs_peak / 3600 * (times_listed / list_rate + lone_events * lone_seconds)"),
            ("processes", "Server processes kept busy at the peak", "processes",
             "busy + checks_peak / check_rate"),
            ("serials_hours", "Time of a process to issue a year's serial numbers", "hours",
             "serials / serial_rate / 3600"),
            ("line_hours", "Line hours", "hours", "packs / (line_speed * 60 * line_yield)"),
            ("line_load", "Line hours needed of those manned, in the busiest month", "share",
             "line_hours * packs_month_peak / packs_year / (lines * line_hours_month)"),
            ("people", "People", "people", "lines * people_per_line + markets * people_per_market"),
            ("investment", "Investment in lines", "EUR", "lines * cost_line / usd_eur"),
            ("cost_disk", "Disk of the year 10, a year", "EUR",
             "stored_10 / 1000 * cost_terabyte / usd_eur"),
            ("running", "Running cost a year", "EUR",
             ("cost_disk"
              " + (people * cost_person + max(processes_least, processes) * cost_process)"
              " / usd_eur")),
            ("cost_pack", "Cost a pack, lines written off", "EUR",
             "(investment / life_years + running) / packs"),
            ("delay_week", "Cost of a week of delay", "EUR", "packs / 52 * margin / usd_eur"),
        )
    ),
)  # fmt: skip
"""What is worked out, in order."""
