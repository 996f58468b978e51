"""Retention over REST: policies, previews, and orders that a second key approves."""

from __future__ import annotations

from ..services.documents import commissioning, document, pack
from .conftest import Rest

POLICY = {"source": "SOP-QA-017", "keep_for": "30 years", "live_for": "24 months"}
JSON = {"content-type": "application/json"}


def recorded(rest: Rest) -> str:
    body = document(commissioning(1, [pack(1)]))
    rest.maker.post("/epcis/v2/capture", content=body, headers=JSON)
    (month,) = rest.maker.get("/api/v1/archive/months").json()
    return str(month["month"])


def test_a_policy_is_set_counts_and_ends(rest: Rest) -> None:
    recorded(rest)
    made = rest.maker.post("/api/v1/archive/policies", json=POLICY)
    (month,) = rest.maker.get("/api/v1/archive/months").json()
    path = f"/api/v1/archive/policies/{made.json()['policy_id']}/end"
    ended = rest.maker.post(path, json={"reason": "SOP withdrawn"})
    (listed,) = rest.maker.get("/api/v1/archive/policies").json()

    assert (made.status_code, ended.status_code) == (201, 204)
    assert month["retention"][0]["policy_id"] == made.json()["policy_id"]
    assert (month["keep_until"], bool(month["live_until"])) == (
        month["retention"][0]["until"],
        True,
    )
    assert (listed["end_reason"], listed["live_end"], listed["at_end"]) == (
        "SOP withdrawn",
        "propose",
        "keep",
    )


def test_a_policy_below_the_law_is_answered_with_what_states_more(rest: Rest) -> None:
    answer = rest.maker.post("/api/v1/archive/policies", json={**POLICY, "keep_for": "2 years"})

    assert answer.status_code == 422
    findings = answer.json()["findings"]
    assert {each["code"] for each in findings} == {"STO-082"}
    assert any("us_dscsa" in each["message"] for each in findings)


def test_a_destruction_inside_retention_is_previewed_and_refused(rest: Rest) -> None:
    month = recorded(rest)
    seen = rest.maker.get(f"/api/v1/archive/months/{month}/destruction").json()
    order = {"month": month, "reason": "Space"}
    refused = rest.maker.post("/api/v1/archive/destructions", json=order)

    assert (seen["events"], seen["organisations"]) == (1, ["maker"])
    assert {"STO-075", "STO-086"} <= {each["code"] for each in seen["findings"]}
    assert refused.status_code == 409
    assert rest.maker.get("/api/v1/archive/destructions").json() == []
    assert rest.maker.post("/api/v1/archive/destructions/7/approve").status_code == 404


def test_policies_are_those_of_the_own_company(rest: Rest) -> None:
    made = rest.maker.post("/api/v1/archive/policies", json=POLICY).json()
    path = f"/api/v1/archive/policies/{made['policy_id']}/end"

    assert rest.wholesaler.get("/api/v1/archive/policies").json() == []
    assert rest.wholesaler.post(path, json={"reason": "Mine?"}).status_code == 404
    assert rest.anyone.get("/api/v1/archive/policies").status_code == 401


def test_what_is_no_month_is_not_found(rest: Rest) -> None:
    order = {"month": "soon", "reason": "Space"}

    for answer in (
        rest.maker.get("/api/v1/archive/months/2026-13/destruction"),
        rest.maker.post("/api/v1/archive/destructions", json=order),
    ):
        assert (answer.status_code, answer.json()["findings"][0]["code"]) == (404, "STO-073")


def test_what_another_company_keeps_and_holds_is_told_without_naming_it(rest: Rest) -> None:
    month = recorded(rest)
    body = document(commissioning(2, [pack(2)]))
    rest.wholesaler.post("/epcis/v2/capture", content=body, headers=JSON)
    policy = {**POLICY, "source": "SOP-W-9", "keep_for": "60 years"}
    rest.wholesaler.post("/api/v1/archive/policies", json=policy)
    hold = {"kind": "month", "subject": month, "reason": "Case W", "owner": "Court W"}
    rest.wholesaler.post("/api/v1/archive/holds", json=hold)

    listed = rest.maker.get("/api/v1/archive/months")
    seen = rest.maker.get(f"/api/v1/archive/months/{month}/destruction")
    order = {"month": month, "reason": "Space"}
    refused = rest.maker.post("/api/v1/archive/destructions", json=order)
    (told,) = listed.json()

    for answer in (listed, seen, refused):
        assert not [
            word for word in ("wholesaler", "SOP-W-9", "Case W", "Court W") if word in answer.text
        ]
    assert (told["others"]["companies"], told["keep_until"]) == (1, told["others"]["until"])
    assert (told["holds"], told["is_held_by_others"]) == ([], True)
    assert (seen.json()["organisations"], seen.json()["others_unapproved"]) == (["maker"], 1)
    assert refused.status_code == 409
