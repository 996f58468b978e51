from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.properties.test_gs1_keys import keys

from packtrail import gs1
from packtrail.base.errors import RefusedError
from packtrail.gs1 import Key
from packtrail.gs1.bulk import to_digital_links, to_element_strings, to_epc_uris
from packtrail.gs1.element_strings import check_element_string, examine_element_string
from packtrail.gs1.fast_scanning import split_quickly

NOISE = st.text(st.sampled_from("0123456789AZaz(.)/-_%\\ \x1d\t"), max_size=50)


def either(make: object) -> str | None:
    try:
        return make()  # type: ignore[operator,no-any-return]
    except RefusedError:
        return None


@given(
    st.lists(keys(), max_size=5), st.lists(st.text("0123456789ABab.%/-", max_size=22), max_size=3)
)
def test_a_list_is_converted_as_each_of_its_members(several: list[Key], serials: list[str]) -> None:
    uris = [either(key.epc_uri) or "" for key in several]
    heads = [uri.rpartition(".")[0] for uri in uris]
    uris += [f"{head}.{serial}" for head in heads for serial in serials]
    links = [key.digital_link() for key in several]
    links += [f"{link.rpartition('/')[0]}/{serial}" for link in links for serial in serials]

    texts = [key.element_string() for key in several]
    texts += [f"{text}(10){serial}" for text in texts for serial in serials]
    texts += [f"{text.rpartition(')')[0]}){serial}" for text in texts for serial in serials]

    for each in (uris, links, texts, uris + links + texts):
        read = [gs1.check_any(text)[0] for text in each]
        assert to_digital_links(each, domain="https://a") == [
            key and key.digital_link("https://a") for key in read
        ]
        assert to_element_strings(each) == [key and key.element_string() for key in read]
        assert to_element_strings(each, brackets=False) == [
            key and key.element_string(brackets=False) for key in read
        ]
        assert to_epc_uris(each) == [key and either(key.epc_uri) for key in read]
        assert to_epc_uris(each, prefix_length=lambda _: 8) == [
            key
            and either(
                lambda key=key: (key if key.prefix_length else key.with_prefix_length(8)).epc_uri()
            )
            for key in read
        ]


@given(
    st.lists(
        st.tuples(
            st.integers(6, 12), st.text("0123456789", min_size=17, max_size=17), st.booleans()
        ),
        max_size=6,
    ),
    st.lists(st.text("0123456789\u0663 ", max_size=19), max_size=3),
)
def test_many_sscc_are_converted_as_each_of_them(
    several: list[tuple[int, str, bool]], tails: list[str]
) -> None:
    texts = []
    for length, body, is_wrong in several:
        digit = gs1.check_digit(body)
        sscc = body + (str(int(digit) ^ 1) if is_wrong else digit)
        uri = f"urn:epc:id:sscc:{body[1 : 1 + length]}.{body[0]}{body[1 + length :]}"
        texts += [uri, f"https://id.gs1.org/00/{sscc}", f"(00){sscc}"]
        texts += [f"{uri.rpartition('.')[0]}.{tail}" for tail in tails]
        texts += [f"https://id.gs1.org/00/{tail}" for tail in tails]
    read = [gs1.check_any(text)[0] for text in texts]

    assert to_digital_links(texts) == [key and key.digital_link() for key in read]
    assert to_element_strings(texts) == [key and key.element_string() for key in read]
    assert to_epc_uris(texts, prefix_length=7) == [
        key and (key if key.prefix_length else key.with_prefix_length(7)).epc_uri() for key in read
    ]
    assert gs1.identify(texts) == gs1.identify(texts[::-1])[::-1]
    for text in texts:
        assert not gs1.is_known(text) or gs1.check(text) == ()


def test_a_prefix_length_nobody_knows_leaves_nothing() -> None:
    link = "https://id.gs1.org/01/03000101234509/21/11"

    assert to_epc_uris([link, link]) == [None, None]
    assert to_epc_uris([link], prefix_length=lambda _: None) == [None]
    assert to_epc_uris([link, link], prefix_length=7) == ["urn:epc:id:sgtin:3000101.023450.11"] * 2


def test_lists_of_scans_are_converted_too() -> None:
    scan = "]d2010300010123450921" + "11"

    assert to_digital_links([scan, "x"]) == ["https://id.gs1.org/01/03000101234509/21/11", None]


def slowly(text: str) -> gs1.ElementString | None:
    found, findings = examine_element_string(text)
    return None if findings else found


@given(NOISE, NOISE, st.sampled_from(["01", "10", "21", "17", "3103", "8008", "37", "7003", "00"]))
def test_the_short_way_finds_what_the_long_way_finds(one: str, other: str, ai: str) -> None:
    for text in (
        one,
        f"010300010123450910{one}",
        f"]d210{one}\x1d21{other}",
        f"{ai}{one}\x1d17301231{ai}{other}",
        f"({ai}){one}(10){other}",
        f"(01)03000101234509({ai}){one}",
    ):
        quick = split_quickly(text)
        assert check_element_string(text)[0] == slowly(text)
        assert quick is None or slowly(text) == gs1.ElementString(quick)


def test_the_short_way_is_gone_for_ordinary_scans() -> None:
    scans = [
        "]d2010300010123450917301200" + "10AB-7\x1d2111",
        "(01)03000101234509(17)301200(10)AB-7(21)11",
        "\x1d0103000101234509" + "310300125015301231",
    ]

    assert [bool(split_quickly(scan)) for scan in scans] == [True] * 3
    assert split_quickly("10A\x1d10B") is None
    assert split_quickly("") is None
