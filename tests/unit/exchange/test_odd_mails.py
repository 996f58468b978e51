"""Mails as people really save them: odd charsets, attachments, forwarded, torn."""

from __future__ import annotations

import random
from email import policy
from email.message import EmailMessage

import pytest

from packtrail.exchange.file_types import type_of
from packtrail.exchange.mails import DEPTH_MAX, UnreadableMailError, read_mail
from packtrail.services.mail.masking import masked

HEAD = b"From: Kim <kim@corvus.example>\r\nSubject: Format\r\n"


def body(content: bytes, kind: str) -> bytes:
    return HEAD + f"Content-Type: {kind}\r\n\r\n".encode() + content


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        ("Größe".encode("cp1252"), "text/plain; charset=windows-1252", "Größe"),
        ("Größe".encode("iso-8859-1"), "text/plain; charset=us-ascii", "Größe"),
        ("Größe".encode(), "text/plain", "Größe"),
        ("Größe".encode(), "text/plain; charset=x-unknown", "Größe"),
        ("Größe".encode("cp1252"), "text/plain; charset=utf-8", "Größe"),
        ("価格".encode("iso-2022-jp"), "text/plain; charset=ISO-2022-JP", "価格"),
        ("规格".encode("gb18030"), "text/plain; charset=gb2312", "规格"),
        ("Цена".encode("koi8-r"), "text/plain; charset=KOI8-R", "Цена"),
        (b"a\0b", "text/plain", "ab"),
        (b"<html><head><title>t<body><p>One</p><p>Two &amp; three</p>", "text/html",
         "One\nTwo & three"),
    ],
)  # fmt: skip
def test_a_text_is_read_as_what_it_is_whatever_it_says(
    content: bytes, kind: str, said: str
) -> None:
    text = read_mail(body(content, kind)).text

    assert text == said


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (b"=?windows-1252?Q?Gr=F6=DFe?=", "Größe"),
        (b"=?x-unknown?Q?Size?=", "Size"),
        ("Größe".encode(), "Größe"),
        (b"AW: WG: Re[2]: Fwd: Format", "Format"),
        (b"Rev: 2 of the format", "Rev: 2 of the format"),
    ],
)
def test_a_subject_is_read_without_what_mail_programs_put_before_it(
    subject: bytes, said: str
) -> None:
    mail = read_mail(b"From: kim@corvus.example\r\nSubject: " + subject + b"\r\n\r\nx")

    assert mail.subject.encode("utf-8").decode() == mail.subject
    assert mail.subject == said or "\ufffd" in mail.subject


def forwarded() -> EmailMessage:
    inner = EmailMessage(policy=policy.SMTP)
    inner["From"] = "Pat <pat@supplier.example>"
    inner["Subject"] = "Camera"
    inner["Date"] = "Fri, 27 Nov 2026 09:00:00 +0000"
    inner.set_content("The camera reads 98 %.")
    inner.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Gut.pdf")
    outer = EmailMessage(policy=policy.SMTP)
    outer["From"] = "Kim <kim@corvus.example>"
    outer["Subject"] = "Fwd: Camera"
    outer.set_content("See below.")
    outer.add_attachment(b"MZ", maintype="application", subtype="exe", filename="Größe.exe")
    outer.add_attachment(inner)
    return outer


def test_a_mail_that_was_forwarded_as_a_file_is_read_with_its_files() -> None:
    mail = read_mail(forwarded().as_bytes())

    assert (mail.name, mail.subject) == ("Kim", "Camera")
    assert mail.text == (
        "See below.\n\n"
        "[Attached mail: Camera (Pat <pat@supplier.example>, Fri, 27 Nov 2026 09:00:00 +0000)]\n"
        "The camera reads 98 %."
    )
    assert [(each.name, each.content) for each in mail.files] == [
        ("Größe.exe", b"MZ"), ("Gut.pdf", b"%PDF-1.7"),
    ]  # fmt: skip


def test_mails_in_mails_end_somewhere() -> None:
    mail = forwarded()
    for _ in range(30):
        outer = EmailMessage(policy=policy.SMTP)
        outer["From"], outer["Subject"] = "kim@corvus.example", "Deeper"
        outer.set_content("x")
        outer.add_attachment(mail)
        mail = outer

    assert read_mail(mail.as_bytes()).text.count("Attached mail") == 5


def test_a_file_of_outlook_is_told_for_what_it_is() -> None:
    with pytest.raises(UnreadableMailError, match=r"Outlook \(.msg\)"):
        read_mail(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def test_a_mail_that_is_torn_is_read_or_refused_and_never_breaks() -> None:
    chance = random.Random(8)
    whole = forwarded().as_bytes()
    for _ in range(300):
        torn = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            torn[chance.randrange(len(torn))] = chance.randrange(256)
        del torn[chance.randrange(len(torn)) :]
        try:
            mail = read_mail(bytes(torn))
        except UnreadableMailError:
            continue
        for said in (mail.name, mail.subject, mail.text, *(each.name for each in mail.files)):
            assert "\0" not in said
            said.encode("utf-8")


@pytest.mark.parametrize("address", [b"<>", b"@", b'"', b"a b c", b"=?utf-8?q?=00?=", b"kim"])
def test_a_sender_that_is_none_is_refused(address: bytes) -> None:
    try:
        mail = read_mail(b"From: " + address + b"\r\nSubject: x\r\n\r\ny")
    except UnreadableMailError:
        return
    assert mail.address


def test_kinds_of_files_are_told_from_bytes() -> None:
    assert type_of(b"RIFF....WEBPVP8 ").media_type == "image/webp"
    assert type_of(b"....ftypheic").media_type == "image/heic"
    assert type_of("\ufeffGröße;1\r\n".encode()).media_type == "text/plain"
    for bad in (
        b"GIF89a\x01\x00",
        b"PK\x03\x04",
        b"<?xml ?>",
        b"  <HTML>",
        b"\x00",
        b"\xff\xfe<\x00",
    ):
        assert type_of(bad) is None
    long = type_of(b"x").name_for("a" * 300)
    assert (len(long), long[-4:]) == (100, ".txt")


def test_a_mail_without_a_subject_is_called_as_it_begins() -> None:
    told = read_mail(b"From: kim@corvus.example\r\n\r\nThe label is too far left.\r\nMove it.\r\n")

    assert told.subject == "The label is too far left."
    with pytest.raises(UnreadableMailError, match="neither subject nor text"):
        read_mail(b"From: kim@corvus.example\r\n\r\n")
    with pytest.raises(UnreadableMailError, match="no sender with an address"):
        read_mail(b"Subject: Format\r\n\r\nMove it.\r\n")


def test_parts_in_parts_without_end_are_refused() -> None:
    depth = 3_000
    begin = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth)
    )
    end = "".join(f"\r\n--b{n}--\r\n" for n in reversed(range(depth)))
    bomb = begin + "Content-Type: text/plain\r\n\r\nhi\r\n" + end

    with pytest.raises(UnreadableMailError, match="too deep in each other"):
        read_mail(HEAD + bomb.encode())


def test_a_mail_that_lies_too_deep_is_told_to_be_left_out() -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "kim@corvus.example", "Format"
    mail.set_content("Deep down")
    for _ in range(DEPTH_MAX + 1):
        outer = EmailMessage()
        outer["From"], outer["Subject"] = "kim@corvus.example", "Forwarded"
        outer.set_content("See below")
        outer.add_attachment(mail)
        mail = outer

    said = read_mail(mail.as_bytes()).text
    assert "Deep down" not in said
    assert f"[A mail that lies deeper than {DEPTH_MAX} mails is not read.]" in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(01)00300010123455(21)7K2M9(10)A1", "(01)00300010123455(21)…(10)A1"),
        ("urn:epc:id:sgtin:0300010.012345.7K2M9", "urn:epc:id:sgtin:0300010.012345.…"),
        ("urn:epc:id:sscc:0300010.1234567890", "urn:epc:id:sscc:0300010.…"),
        ("https://id.gs1.org/01/00300010123455/21/7K2M9?x=1",
         "https://id.gs1.org/01/00300010123455/21/…?x=1"),
        ("pallet 003000101234567891 is late", "pallet 0030… is late"),
        ("serial number: 7K2M9Q4T1X", "serial number: …"),
        ("GTIN 00300010123455, lot A1, 60 packs", "GTIN 00300010123455, lot A1, 60 packs"),
    ],
)  # fmt: skip
def test_numbers_of_packs_are_masked_and_those_of_products_stay(text: str, shown: str) -> None:
    assert masked(text) == shown
