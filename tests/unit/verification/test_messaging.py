"""Verification messages: read, answered, and never a yes for a dead pack."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from packtrail.base.errors import RefusedError
from packtrail.verification import codes, messaging
from packtrail.verification.judging import REASONS, Verdict
from packtrail.verification.messaging import ResponderPolicy, say
from packtrail.verification.question import Question

CORR = "6d1f7a9e-0000-4000-8000-000000000001"
QUERY = {
    "linkType": "verificationService",
    "context": "dscsaSaleableReturn",
    "reqGLN": "0300013333332",
    "corrUUID": CORR,
}
PATH = ["gtin", "00300010123455", "lot", "L%2F1", "ser", "A%20b%2B"]


def said(*reasons, **policy) -> dict:
    return say([each.found("x") for each in reasons], ResponderPolicy(**policy)).members()


def test_a_request_is_read_with_every_character_of_lot_and_serial() -> None:
    found = messaging.read_message(PATH, QUERY | {"exp": "281200"})

    assert (found.gtin, found.lot, found.serial, found.exp) == (
        *("00300010123455", "L/1", "A b+"),
        "281200",
    )


@pytest.mark.parametrize(
    ("path", "query", "at"),
    [
        (["gtin", "00300010123455", "ser", "1"], {}, {"path"}),
        (["gtin", "00300010123455", "lot", "", "ser", "1"], {}, {"path"}),
        (["gtin", "00300010123456", "lot", "L", "ser", "1"], {}, {"gtin"}),
        (["gtin", "300010123455", "lot", "L", "ser", "1"], {}, {"gtin"}),
        (PATH, {"exp": "2812"}, {"exp"}),
        (PATH, {"linkType": "x"}, {"linkType"}),
        (PATH, {"context": "returns", "reqGLN": "0300013333331"}, {"context", "reqGLN"}),
        (PATH, {"corrUUID": "7"}, {"corrUUID"}),
    ],
)
def test_everything_that_is_wrong_with_a_request_is_named(path, query, at) -> None:
    with pytest.raises(RefusedError) as refused:
        messaging.read_message(path, QUERY | query)

    assert {each.at for each in refused.value.findings} == at


@pytest.mark.parametrize(
    ("reasons", "answer"),
    [
        ((), {"verified": True}),
        ((codes.NOT_COMPARED, codes.INFERRED, codes.END_OF_MONTH), {"verified": True}),
        ((codes.RECALLED,), {"verified": True, "additionalInfo": "Recalled"}),
        ((codes.SUSPECT,), {"verified": True, "additionalInfo": "Suspect"}),
        ((codes.EXPIRY_EXTENDED,), {"verified": True, "additionalInfo": "ExpirationExtended"}),
        (
            (codes.SERIAL_UNKNOWN,),
            {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial"},
        ),
        (
            (codes.LOT_WRONG,),
            {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial_Lot"},
        ),
        (
            (codes.EXPIRY_WRONG,),
            {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial_Expiry"},
        ),
        (
            (codes.LOT_WRONG, codes.EXPIRY_WRONG),
            {"verified": False, "verificationFailureReason": "No_match_GTIN_Serial_Lot_Expiry"},
        ),
        (
            (codes.NOT_FOR_REDISTRIBUTION,),
            {"verified": False, "verificationFailureReason": "Not_for_re-distribution"},
        ),
        (
            (codes.DESTROYED,),
            {"verified": False, "verificationFailureReason": "Manufacturer_policy"},
        ),
        (
            (codes.EXPIRED,),
            {
                "verified": False,
                "verificationFailureReason": "Manufacturer_policy",
                "additionalInfo": "Expired",
            },
        ),
        (
            (codes.ILLEGITIMATE, codes.RECALLED),
            {
                "verified": False,
                "verificationFailureReason": "Manufacturer_policy",
                "additionalInfo": "Illegitimate",
            },
        ),
    ],
)
def test_the_scenarios_of_the_message(reasons, answer) -> None:
    assert said(*reasons) == answer


def test_the_policy_of_the_maker_decides_what_the_message_leaves_open() -> None:
    assert said(codes.EXPIRED, verifies_expired=True)["verified"] is True
    assert said(codes.RECALLED, verifies_recalled=False)["verified"] is False
    assert said(codes.SUSPECT, verifies_suspect=False)["additionalInfo"] == "Suspect"
    quiet = said(codes.LOT_WRONG, tells_reason=False)
    assert quiet["verificationFailureReason"] == "No_reason_provided"


OPEN = {codes.RECALLED, codes.EXPIRED, codes.SUSPECT}


@pytest.mark.parametrize("reason", REASONS, ids=lambda each: each.code)
def test_no_policy_makes_a_yes_of_a_dead_or_unknown_pack(reason) -> None:
    answer = said(reason, verifies_expired=True)
    is_against = REASONS[reason] not in {None, Verdict.GENUINE}

    assert answer["verified"] is (not is_against or reason in OPEN)


def test_an_address_can_be_read_back() -> None:
    question = Question(
        gtin="00300010123455", serial="A b+", lot="L/1", expires="281200",
        expires_on=date(2028, 12, 31),
    )  # fmt: skip
    told = {name: value for name, value in QUERY.items() if name != "linkType"}
    url = urlsplit(messaging.url_of("https://maker.example/vrs/", question, told))
    parts = url.path.removeprefix("/vrs/verify/").split("/")

    found = messaging.read_message(parts, dict(parse_qsl(url.query)))
    assert (found.lot, found.serial, found.exp) == ("L/1", "A b+", "281200")


def test_an_answer_is_read_and_one_to_another_request_refused() -> None:
    at = datetime(2026, 11, 28, tzinfo=UTC)
    found = say([codes.RECALLED.found("x")], ResponderPolicy())
    body = messaging.body_of(found, at=at, responder_gln="0300013333332", corr_uuid=CORR)

    assert messaging.read_answer(body, corr_uuid=CORR.upper()) == found
    for wrong in (None, [], {}, {"data": {"verified": "yes"}}, body | {"corrUUID": "other"}):
        with pytest.raises(RefusedError):
            messaging.read_answer(wrong, corr_uuid=CORR)
