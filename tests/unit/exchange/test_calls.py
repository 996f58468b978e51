"""Which addresses are called: public ones, and those that the operator allows."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from packtrail.exchange.calls import BadAddress, Networks, check

NONE = Networks.of(())


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8"])
def test_a_public_address_is_called_by_https_only(text: str) -> None:
    assert NONE.permit(ip_address(text), "https")
    assert not NONE.permit(ip_address(text), "http")


@pytest.mark.parametrize(
    "text",
    [
        *("127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "::1", "fe80::1", "fd00::1"),
        *("::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:10.0.0.1"),
        *("64:ff9b::169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::a00:1"),
        *("2002:7f00:1::1", "2002:a9fe:a9fe::", "fec0::1"),
    ],
)
def test_an_address_that_leads_to_a_private_network_is_not_called(text: str) -> None:
    address = ip_address(text)

    assert not NONE.permit(address, "https")
    if address.version == 6:
        with pytest.raises(BadAddress):
            check(f"https://[{text}]/", NONE)


@pytest.mark.parametrize(
    ("network", "text"),
    [
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.0.0.0/8", "64:ff9b::10.1.2.3"),
        ("10.0.0.0/8", "::ffff:10.1.2.3"),
        ("fec0::/10", "fec0::1"),
        ("64:ff9b:1::/48", "64:ff9b:1::a00:1"),
    ],
)
def test_a_network_that_the_operator_allows_is_called(network: str, text: str) -> None:
    assert Networks.of([network]).permit(ip_address(text), "http")
