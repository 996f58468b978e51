"""The SOAP interface: every operation and every fault, in both namespaces, as GS1 describes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree
from starlette.testclient import TestClient

from packtrail.access import Permission
from packtrail.api.soap.operations import OPERATIONS
from packtrail.base.errors import Unavailable
from packtrail.services.queries import soap
from packtrail.services.queries.delivering import deliver_next
from packtrail.services.queries.subscriptions import EVENTS_RECORDED
from packtrail.store.database import Database

from ..services.conftest import make_world
from ..services.documents import PRODUCT, commissioning, document, pack
from .conftest import Rest, client_of, make_rest
from .receivers import Receiver
from .soap_client import ENVELOPE, QUERY_1, QUERY_2, ask, local_name

JSON = {"Content-Type": "application/json"}
SCHEMAS = {
    QUERY_1: "gs1-epcis/schema/xsd-1.2/EPCglobal-epcis-query-1_2.xsd",
    QUERY_2: "gs1-epcis/schema/xsd-2.0/EPCglobal-epcis-query-2_0.xsd",
}
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
both_namespaces = pytest.mark.parametrize("namespace", [QUERY_1, QUERY_2])


@pytest.fixture
def rest(fresh_database: Database) -> Iterator[Rest]:
    world = make_world(
        fresh_database,
        webhook_allowed_networks=("127.0.0.0/8",),
        subscription_workers=0,
        subscription_wait_for_ms=10,
    )
    made = make_rest(world)
    events = document(*(commissioning(n, [pack(n)]) for n in range(3)), vocabularies=[PRODUCT])
    assert made.maker.post("/epcis/v2/capture", content=events, headers=JSON).status_code == 202
    yield made
    world.app.workers.shutdown(wait=True)


def request(name: str, namespace: str = QUERY_1, **members: str) -> str:
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in members.items())
    return f'<q:{name} xmlns:q="{namespace}">{inner}</q:{name}>'


def poll(query: str = "SimpleEventQuery", namespace: str = QUERY_1, **params: str) -> str:
    return request("Poll", namespace, queryName=query, params=_params(**params))


def subscribe(
    namespace: str = QUERY_1,
    *,
    query: str = "SimpleEventQuery",
    dest: str = "http://127.0.0.1:9/",
    controls: str = "<schedule><hour>1</hour></schedule><reportIfEmpty>false</reportIfEmpty>",
    subscription_id: str = "mine",
    **params: str,
) -> str:
    return request(
        "Subscribe",
        namespace,
        queryName=query,
        params=_params(**params),
        dest=dest,
        controls=controls,
        subscriptionID=subscription_id,
    )


def _params(**params: str) -> str:
    return "".join(
        f"<param><name>{name}</name><value>{value}</value></param>"
        for name, value in params.items()
    )


@both_namespaces
def test_every_answer_is_as_the_schema_has_it(
    rest: Rest, conformance: Path, namespace: str
) -> None:
    schema = etree.XMLSchema(etree.parse(conformance / SCHEMAS[namespace]))
    asked = {
        "GetQueryNames": request("GetQueryNames", namespace),
        "GetStandardVersion": request("GetStandardVersion", namespace),
        "GetVendorVersion": request("GetVendorVersion", namespace),
        "Poll": poll(namespace=namespace),
        "Subscribe": subscribe(namespace),
        "GetSubscriptionIDs": request(
            "GetSubscriptionIDs", namespace, queryName="SimpleEventQuery"
        ),
        "Unsubscribe": request("Unsubscribe", namespace, subscriptionID="mine"),
    }
    assert asked.keys() == OPERATIONS.keys()
    for name, element in asked.items():
        answer = ask(rest.maker, element)
        assert answer.tag == f"{{{namespace}}}{OPERATIONS[name].result}"
        _assert_valid(schema, answer)
    events = ask(rest.maker, asked["Poll"])
    vocabulary = ask(
        rest.maker,
        poll("SimpleMasterDataQuery", namespace, includeAttributes="true", includeChildren="false"),
    )
    _assert_valid(schema, vocabulary)
    assert len(events.findall("resultsBody/EventList/ObjectEvent")) == 3
    assert len(vocabulary.findall(".//VocabularyElement")) == 1


def _assert_valid(schema: etree.XMLSchema, element: etree._Element) -> None:
    schema.assertValid(etree.fromstring(etree.tostring(element)))


def _as_it_is(rest: Rest) -> TestClient:
    return rest.maker


def _nobody(rest: Rest) -> TestClient:
    return rest.anyone


def _who_may_not_read(rest: Rest) -> TestClient:
    return client_of(rest.world, rest.world.maker, Permission.CAPTURE_READ)


def _with(**settings: int) -> Callable[[Rest], TestClient]:
    """Return a client of the same store whose server has other limits."""

    def client(rest: Rest) -> TestClient:
        app = rest.world.app
        changed = dataclasses.replace(app, settings=dataclasses.replace(app.settings, **settings))
        return client_of(dataclasses.replace(rest.world, app=changed), rest.world.maker)

    return client


FAULTS: list[tuple[str, Callable[[Rest], TestClient], Callable[[str], str]]] = [
    ("SecurityException", _nobody, lambda ns: poll(namespace=ns)),
    ("SecurityException", _who_may_not_read, lambda ns: poll(namespace=ns)),
    ("ValidationException", _as_it_is, lambda ns: request("Fly", ns)),
    ("ValidationException", _as_it_is, lambda ns: request("Poll", ns)),
    ("ValidationException", _as_it_is, lambda ns: f'<Poll xmlns="{ns}:not"/>'),
    ("NoSuchNameException", _as_it_is, lambda ns: poll("Nope", ns)),
    (
        "NoSuchNameException",
        _as_it_is,
        lambda ns: request("GetSubscriptionIDs", ns, queryName="Nope"),
    ),
    ("NoSuchNameException", _as_it_is, lambda ns: subscribe(ns, query="Nope")),
    (
        "NoSuchSubscriptionException",
        _as_it_is,
        lambda ns: request("Unsubscribe", ns, subscriptionID="Nope"),
    ),
    ("DuplicateSubscriptionException", _as_it_is, lambda ns: subscribe(ns, subscription_id="one")),
    ("InvalidURIException", _as_it_is, lambda ns: subscribe(ns, dest="gopher://x")),
    (
        "SubscribeNotPermittedException",
        _as_it_is,
        lambda ns: subscribe(ns, query="SimpleMasterDataQuery"),
    ),
    (
        "SubscriptionControlsException",
        _as_it_is,
        lambda ns: subscribe(ns, controls="<reportIfEmpty>false</reportIfEmpty>"),
    ),
    (
        "SubscriptionControlsException",
        _as_it_is,
        lambda ns: subscribe(
            ns, controls="<trigger>urn:x</trigger><reportIfEmpty>false</reportIfEmpty>"
        ),
    ),
    (
        "SubscriptionControlsException",
        _as_it_is,
        lambda ns: subscribe(
            ns,
            controls="<schedule><hour>1</hour></schedule>"
            f"<trigger>{EVENTS_RECORDED}</trigger><reportIfEmpty>false</reportIfEmpty>",
        ),
    ),
    ("QueryParameterException", _as_it_is, lambda ns: poll(namespace=ns, nonsense="1")),
    ("QueryParameterException", _as_it_is, lambda ns: subscribe(ns, GE_eventTime="never")),
    ("QueryTooLargeException", _as_it_is, lambda ns: poll(namespace=ns, maxEventCount="2")),
    (
        "QueryTooLargeException",
        _with(soap_events_max=2, page_events_max=1),
        lambda ns: poll(namespace=ns),
    ),
    (
        "QueryTooComplexException",
        _with(query_values_max=2),
        lambda ns: poll(namespace=ns, EQ_action="<string>ADD</string>" * 3),
    ),
    (
        "QueryTooComplexException",
        _with(query_values_max=0),
        lambda ns: subscribe(ns, EQ_action="<string>ADD</string>"),
    ),
]


@both_namespaces
@pytest.mark.parametrize(
    ("exception", "client", "element"),
    FAULTS,
    ids=[f"{number}-{fault[0]}" for number, fault in enumerate(FAULTS)],
)
def test_every_fault_is_as_the_schema_has_it(
    rest: Rest,
    conformance: Path,
    namespace: str,
    exception: str,
    client: Callable[[Rest], TestClient],
    element: Callable[[str], str],
) -> None:
    if exception == "DuplicateSubscriptionException":
        assert local_name(ask(rest.maker, subscribe(subscription_id="one"))) == "SubscribeResult"
    told = ask(client(rest), element(namespace))

    assert local_name(told) == exception
    assert told.findtext("reason")
    own = etree.QName(told).namespace
    assert own in SCHEMAS
    _assert_valid(etree.XMLSchema(etree.parse(conformance / SCHEMAS[own])), told)


@both_namespaces
def test_a_server_that_cannot_answer_says_so(
    rest: Rest, conformance: Path, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_database(*_: object) -> list[str]:
        raise Unavailable("no database at 10.0.0.1")

    monkeypatch.setattr(soap, "query_names", no_database)
    content = (
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{request("GetQueryNames", namespace)}</s:Body>'
        "</s:Envelope>"
    )
    answer = rest.maker.post("/epcis/soap", content=content, headers={"Content-Type": "text/xml"})
    told = etree.fromstring(answer.content).find(".//detail")[0]

    assert answer.status_code == 500
    assert answer.headers["Retry-After"]
    assert etree.fromstring(answer.content).findtext(".//faultcode") == "soap:Server"
    assert local_name(told) == "ImplementationException"
    assert told.findtext("severity") == "ERROR"
    assert "10.0.0.1" not in answer.text
    _assert_valid(etree.XMLSchema(etree.parse(conformance / SCHEMAS[namespace])), told)


def test_every_fault_of_the_interface_is_among_the_cases() -> None:
    declared = {each for operation in OPERATIONS.values() for each in operation.declared}

    assert declared == {fault for fault, _, _ in FAULTS} | {"ImplementationException"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no XML",
        b"<x/>",
        b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>',
        b'<s:Envelope xmlns:s="%s"/>' % ENVELOPE.encode(),
        b'<s:Envelope xmlns:s="%s"><s:Body/></s:Envelope>' % ENVELOPE.encode(),
        b'<s:Envelope xmlns:s="%s"><s:Body><a/><b/></s:Body></s:Envelope>' % ENVELOPE.encode(),
        b'<!DOCTYPE s:Envelope [<!ENTITY e "e">]><s:Envelope xmlns:s="%s"><s:Body>'
        b'<q:GetQueryNames xmlns:q="%s"/></s:Body></s:Envelope>'
        % (ENVELOPE.encode(), QUERY_1.encode()),
    ],
)
def test_what_is_no_envelope_is_a_fault_of_the_sender(rest: Rest, content: bytes) -> None:
    answer = rest.maker.post("/epcis/soap", content=content, headers={"Content-Type": "text/xml"})
    fault = etree.fromstring(answer.content).find(f".//{{{ENVELOPE}}}Fault")

    assert answer.status_code == 500
    assert fault.findtext("faultcode") == "soap:Client"
    assert local_name(fault.find("detail")[0]) == "ValidationException"


def test_who_signs_in_with_nothing_is_asked_to(rest: Rest) -> None:
    answer = rest.anyone.post("/epcis/soap", content=b"", headers={"Content-Type": "text/xml"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_names_and_versions_are_told_in_both_namespaces(rest: Rest) -> None:
    for namespace, version in ((QUERY_1, "1.2"), (QUERY_2, "2.0")):
        names = ask(rest.maker, request("GetQueryNames", namespace))
        told = ask(rest.maker, request("GetStandardVersion", namespace))
        assert [each.text for each in names] == ["SimpleEventQuery", "SimpleMasterDataQuery"]
        assert told.text == version


def test_a_trigger_sends_events_as_they_are_recorded(rest: Rest, receiver: Receiver) -> None:
    controls = f"<trigger>{EVENTS_RECORDED}</trigger><reportIfEmpty>false</reportIfEmpty>"
    done = ask(rest.maker, subscribe(dest=receiver.url, controls=controls))
    content = document(commissioning(7, [pack(7)]))
    rest.maker.post("/epcis/v2/capture", content=content, headers=JSON)
    rest.world.clock.advance(seconds=1)

    assert local_name(done) == "SubscribeResult"
    assert deliver_next(rest.world.app)
    ((headers, body),) = receiver.taken
    results = etree.fromstring(body).find(f"EPCISBody/{{{QUERY_1}}}QueryResults")
    assert headers["Content-Type"] == "application/xml"
    assert results.findtext("subscriptionID") == "mine"
    assert [each.text for each in results.iterfind(".//epc")] == [pack(7)]


def test_a_subscription_made_by_soap_is_shown_and_ended_by_rest(
    rest: Rest, receiver: Receiver
) -> None:
    ask(rest.maker, subscribe(dest=receiver.url))
    base = "/epcis/v2/queries/SimpleEventQuery/subscriptions"

    (listed,) = rest.maker.get(base).json()
    one = rest.maker.get(f"{base}/{listed['subscriptionID']}")

    assert (one.status_code, one.json()) == (200, listed)
    assert rest.maker.options(f"{base}/mine").headers["GS1-Query-Min-Record-Time"]
    assert rest.wholesaler.get(f"{base}/mine").status_code == 404
    assert rest.maker.delete(f"{base}/mine").status_code == 204
    assert rest.maker.get(f"{base}/mine").status_code == 404


def test_a_named_query_is_polled_with_the_prefixes_it_was_named_with(rest: Rest) -> None:
    farm = {"GS1-Extensions": "farm=https://farm.example/"}
    rest.maker.post(
        "/epcis/v2/queries",
        json={"name": "grown", "query": {"EQ_farm:field": ["7"]}},
        headers=farm,
    )
    events = [commissioning(n, [pack(n)]) | {"farm:field": str(n)} for n in (7, 8)]
    for namespace in ("https://farm.example/", "https://other.example/"):
        content = document(
            *(each | {"eventID": f"{namespace}{each['eventID']}"} for each in events)
        )
        told = content.replace(
            b'"@context": [', b'"@context": [{"farm": "%s"}, ' % namespace.encode()
        )
        assert rest.maker.post("/epcis/v2/capture", content=told, headers=JSON).status_code == 202

    shown = rest.maker.get("/epcis/v2/queries/grown")
    assert shown.headers["GS1-Extensions"] == farm["GS1-Extensions"]
    found = ask(rest.maker, poll("grown"))
    assert found.findtext("queryName") == "grown"
    assert len(found.findall(".//ObjectEvent")) == 1
    assert found.find(".//{https://farm.example/}field").text == "7"
    assert local_name(ask(rest.maker, poll("grown", EQ_action="ADD"))) == "QueryParameterException"


# --- The description ----------------------------------------------------------------------------


def _described(root: etree._Element) -> dict[str, tuple[str, str, set[str]]]:
    """Return operation -> element of the request, of the answer, those of the faults."""
    elements = {
        message.get("name"): message.find(f"{WSDL}part").get("element").partition(":")[2]
        for message in root.iterfind(f"{WSDL}message")
    }

    def element(told: etree._Element) -> str:
        return str(elements[told.get("message").partition(":")[2]])

    return {
        each.get("name"): (
            element(each.find(f"{WSDL}input")),
            element(each.find(f"{WSDL}output")),
            {element(one) for one in each.iterfind(f"{WSDL}fault")},
        )
        for each in root.iterfind(f"{WSDL}portType/{WSDL}operation")
    }


@pytest.mark.parametrize(("query", "version"), [("?wsdl", "1"), ("", "1"), ("?wsdl=2.0", "2")])
def test_the_description_is_that_of_gs1(
    rest: Rest, conformance: Path, query: str, version: str
) -> None:
    answer = rest.anyone.get(f"/epcis/soap{query}")
    ours = etree.fromstring(answer.content)
    theirs = etree.parse(conformance / "gs1-epcis/schema/wsdl/EPCglobal-epcis-query-2_0.wsdl")

    assert answer.status_code == 200
    assert ours.get("targetNamespace") == f"urn:epcglobal:epcis:wsdl:{version}"
    assert _described(ours) == _described(theirs.getroot())
    (address,) = ours.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    assert address.get("location") == "http://127.0.0.1/epcis/soap"


def test_a_version_that_is_not_spoken_has_no_description(rest: Rest) -> None:
    assert rest.anyone.get("/epcis/soap?wsdl=3.0").status_code == 422


@both_namespaces
def test_the_types_take_what_we_are_asked_and_what_we_answer(rest: Rest, namespace: str) -> None:
    schema = _types(rest, namespace)
    for element in (
        poll(namespace=namespace, EQ_action="<string>ADD</string>"),
        subscribe(namespace),
        request("GetQueryNames", namespace),
        request("GetSubscriptionIDs", namespace, queryName="SimpleEventQuery"),
    ):
        schema.assertValid(etree.fromstring(element))
        _assert_valid(schema, ask(rest.maker, element))
    _assert_valid(schema, ask(rest.maker, poll(namespace=namespace, maxEventCount="1")))
    assert not schema.validate(etree.fromstring(request("Poll", namespace, queryName="x")))


def _types(rest: Rest, namespace: str) -> etree.XMLSchema:
    version = "1.2" if namespace == QUERY_1 else "2.0"
    root = etree.fromstring(rest.anyone.get(f"/epcis/soap?wsdl={version}").content)
    return etree.XMLSchema(etree.fromstring(etree.tostring(root.find(f"{WSDL}types")[0])))


def test_the_types_take_every_request_of_the_suite(rest: Rest, conformance: Path) -> None:
    schema = _types(rest, QUERY_1)
    paths = sorted((conformance / "epcis-1.0-interop/requests").glob("*.xml"))

    assert len(paths) == 63
    assert [path.name for path in paths if not schema.validate(etree.parse(path))] == []
