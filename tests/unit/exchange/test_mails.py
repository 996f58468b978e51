"""Mails as files: who wrote, about what, what they say; nothing else is believed of them."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from packtrail.exchange.mails import SIZE_MAX, TEXT_MAX, UnreadableMailError, read_mail


def mail(text: str = "We could.\n", *, html: str = "", subject: str = "AW: Re: Two weeks") -> bytes:
    message = EmailMessage()
    message["From"] = "Käthe Lindner <k.lindner@corvus.example>"
    message["Subject"] = subject
    if text:
        message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html") if text else message.set_content(
            html, subtype="html"
        )
    return message.as_bytes()


def test_a_mail_says_who_and_what() -> None:
    found = read_mail(mail())

    assert (found.name, found.address) == ("Käthe Lindner", "k.lindner@corvus.example")
    assert (found.subject, found.text, found.is_cut) == ("Two weeks", "We could.", False)


def test_the_plain_text_is_taken_before_the_html() -> None:
    assert read_mail(mail(html="<p>Not this</p>")).text == "We could."


def test_html_becomes_words_without_scripts_and_styles() -> None:
    html = "<style>p{}</style><script>x()</script><p>One <b>line</b></p><p>two</p>"

    assert read_mail(mail("", html=html)).text == "One line\ntwo"


def test_a_long_mail_is_cut_and_says_so() -> None:
    found = read_mail(mail("x" * 70 + "\n" + ("word " * 10 + "\n") * 1000))

    assert found.is_cut
    assert len(found.text) == TEXT_MAX


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no mail", b"\x00" * 100, b"Subject: without a sender\n\nText"]
)
def test_what_is_no_mail_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableMailError, match="no mail"):
        read_mail(content)


def test_a_mail_in_an_unknown_alphabet_is_read_as_what_it_most_likely_is() -> None:
    content = mail("Größe").replace(b'charset="utf-8"', b'charset="klingon"')

    assert read_mail(content).text == "Größe"


def test_what_is_too_large_is_not_read() -> None:
    with pytest.raises(UnreadableMailError, match="at most"):
        read_mail(b"x" * (SIZE_MAX + 1))
