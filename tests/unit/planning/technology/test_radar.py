"""What goes out of support when, and the lines, products and markets behind it."""

from __future__ import annotations

from datetime import date
from typing import Any

from packtrail.planning.technology.inventory import Inventory, Role, State, System
from packtrail.planning.technology.radar import Radar, Standing, Trade, radar
from packtrail.planning.technology.support import packaged

TODAY = date(2026, 11, 28)
TRADES = (
    Trade(product="p1", market="US", line="l1"),
    Trade(product="p2", market="DE", line="l2"),
    Trade(product="p2", market="FR", line="l2"),
)


def system(code: str, **values: Any) -> System:
    return System(code=code, name=code, role=values.pop("role", Role.LINE_PC), **values)


def seen(*systems: System, today: date = TODAY) -> Radar:
    return radar(Inventory.of(systems), packaged(), TRADES, today)


def test_a_server_endangers_every_line_that_hangs_on_it() -> None:
    found = seen(
        system("db", role=Role.DATABASE, software=("SQL Server 2016",)),
        system("server", role=Role.SITE_SERVER, needs=("db",)),
        system("pc1", lines=("l1",), needs=("server",)),
        system("pc2", lines=("l2",), needs=("server",)),
    )

    (item,) = found.items
    assert (item.standing, item.days) == (Standing.OUT, -137)
    assert item.danger.lines == ("l1", "l2")
    assert item.danger.markets == ("DE", "FR", "US")
    assert item.danger.through == ("server", "pc1", "pc2")


def test_what_is_not_in_use_endangers_nothing() -> None:
    spare = system("spare", lines=("l1",), software=("Windows 7 SP1",), state=State.SPARE)
    upper = system("old", lines=("l2",), needs=("db",), state=State.RETIRED)

    found = seen(spare, upper, system("db", software=("SQL Server 2016",)))

    assert [(each.system.code, each.danger.lines) for each in found.items] == [("db", ())]


def test_the_last_day_still_counts_as_supported() -> None:
    pc = system("pc", software=("SQL Server 2016 SP3",))

    days = (date(2026, 7, 14), date(2026, 7, 15))

    assert [seen(pc, today=day).items[0].standing for day in days] == [
        Standing.SOON, Standing.OUT,
    ]  # fmt: skip


def test_support_that_was_bought_moves_the_day() -> None:
    bought = system("pc", software=("Windows 10 22H2",), has_paid_support=True)

    (item,) = seen(bought).items

    assert (item.ends_on, item.standing) == (date(2028, 10, 10), Standing.AHEAD)


def test_a_letter_of_the_vendor_counts_for_the_equipment_itself() -> None:
    printer = system(
        "printer", role=Role.PRINTER, vendor="Kestrel", product="J60", software=("Debian 11",),
        supported_until=date(2027, 6, 30), support_source="Letter",
    )  # fmt: skip

    found = {each.component: each.ends_on for each in seen(printer).items}

    assert found == {"Kestrel J60": date(2027, 6, 30), "Debian 11": date(2024, 8, 14)}


def test_the_same_release_on_several_systems_is_one_group() -> None:
    found = seen(
        system("a", lines=("l1",), software=("Windows 10 Pro 22H2",)),
        system("b", lines=("l2",), software=("Win10 22H2 build 19045",)),
    )

    (group,) = found.groups
    assert (group.title, len(group.items), group.markets) == (
        "Windows 10 22H2", 2, ("DE", "FR", "US"),
    )  # fmt: skip


def test_what_nobody_knows_is_said_once_with_what_to_do() -> None:
    found = seen(
        system("a", software=("Windows 10",)),
        system("b", software=("Windows 10", "Oculus V4")),
    )

    assert [(each.code, each.at) for each in found.findings] == [
        ("TEC-012", "system/a"), ("TEC-011", "system/b"),
    ]  # fmt: skip
    assert "a and 1 more" in found.findings[0].message
    assert found.counts[Standing.UNKNOWN] == 3
