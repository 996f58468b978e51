"""What a company is told of a month decides the same as everything, and names nobody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from packtrail.access import Actor
from packtrail.services.archive import standing
from packtrail.services.archive.holding import Hold
from packtrail.services.archive.retention import Kept, Live, Retention
from packtrail.services.archive.standing import Standing
from packtrail.store.destructions import Order

CODES = ("alfa", "beta", "gamma")
TODAY = date(2030, 1, 1)
MONTH = date(2026, 3, 1)
AT = datetime(2030, 1, 1, tzinfo=UTC)
SYSTEM = Actor.system("test")
ACTORS = {
    code: Actor.system("test", organisation_id=number, organisation_code=code)
    for number, code in enumerate((*CODES, "delta"), 1)
}

codes_ = st.sampled_from(CODES)
some_codes = st.lists(codes_, unique=True).map(tuple)
days = st.integers(-3, 3).map(lambda count: TODAY + timedelta(days=count))


@st.composite
def retentions(draw: st.DrawFn) -> Retention:
    code = draw(codes_)
    return Retention(
        until=draw(days),
        organisation=code,
        pack_id=draw(st.sampled_from(["", f"law_{code}"])),
        policy_id=1,
        market=f"market {code}",
        markets=(f"market {code}",),
        span="6 years",
        counts_from="record",
        since=MONTH,
        confidence="own",
        source=f"SOP of {code}",
    )


@st.composite
def lives(draw: st.DrawFn) -> Live:
    code = draw(codes_)
    return Live(
        until=draw(days),
        organisation=code,
        policy_id=1,
        span="1 year",
        drops=draw(st.booleans()),
        source=f"SOP of {code}",
    )


def hold(code: str) -> Hold:
    return Hold(
        hold_id=1,
        organisation_id=CODES.index(code) + 1,
        kind="lot",
        subject=f"L-{code}",
        first_day=None,
        last_day=None,
        reason=f"Case {code}",
        owner=f"Court {code}",
        placed_at=AT,
        placed_by=f"ines {code}",
        placed_by_id=code,
    )


def order(code: str) -> Order:
    return Order(
        order_id=1,
        organisation_id=CODES.index(code) + 1,
        first_day=MONTH,
        reason=f"Over, {code}",
        foreseen={"because": [code]},
        ordered_at=AT,
        ordered_by=f"ines {code}",
        ordered_by_id=code,
        approved_at=None,
        approved_by=None,
        withdrawn_at=None,
        withdrawn_by=None,
        withdrawn_reason=None,
        done_at=None,
    )


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    kept = Kept(
        organisations=CODES,
        retention=tuple(draw(st.lists(retentions(), max_size=4))),
        live=tuple(draw(st.lists(lives(), max_size=4))),
        undecided=draw(some_codes),
        keepers=draw(some_codes),
    )
    return Standing(
        kept=kept,
        holds=tuple(hold(code) for code in draw(some_codes)),
        orders=tuple(order(code) for code in draw(some_codes)),
        unapproved=draw(some_codes),
    )


def findings(one: Standing) -> list[str]:
    found = (*standing.keeping(one, MONTH, TODAY), *standing.holds_over(one, MONTH))
    return [each.message for each in found]


@settings(max_examples=40)
@given(standings(), st.sampled_from(list(ACTORS)))
def test_a_company_is_told_nothing_of_another_by_name(whole: Standing, code: str) -> None:
    seen = standing.seen_by(whole, ACTORS[code])
    told = f"{seen!r} {findings(seen)} {standing.named(seen.unapproved, seen.others_unapproved)}"

    assert not [other for other in CODES if other != code and other in told]


@settings(max_examples=40)
@given(standings(), st.sampled_from(list(ACTORS)))
def test_what_a_company_is_told_decides_the_same(whole: Standing, code: str) -> None:
    seen = standing.seen_by(whole, ACTORS[code])

    assert (seen.kept.until, seen.kept.live_until) == (whole.kept.until, whole.kept.live_until)
    assert seen.kept.is_over(TODAY) == whole.kept.is_over(TODAY)
    assert seen.kept.is_live_over(TODAY) == whole.kept.is_live_over(TODAY)
    assert seen.is_held == whole.is_held
    assert bool(findings(seen)) == bool(findings(whole))
    assert len(seen.unapproved) + seen.others_unapproved == len(whole.unapproved)


@settings(max_examples=40)
@given(standings())
def test_the_installation_sees_everything(whole: Standing) -> None:
    assert standing.seen_by(whole, SYSTEM) is whole
