"""What a scanner that acts as a keyboard turns text into, where the computer expects another one.

The scanner sends key presses of a US keyboard; the computer reads them with its own layout. Each
table tells what the computer got and which key it was.

    >>> "+d201".translate(GERMAN)
    ']d201'
"""

from __future__ import annotations

from typing import Final, NamedTuple


def _table(arrived: str, pressed: str) -> dict[int, str]:
    return {ord(a): p for a, p in zip(arrived, pressed, strict=True)}


GERMAN: Final = _table(
    "yzYZßüöä+#-\"§&/()=?ÜÖÄ*'_;:`",
    "zyZY-[;']\\/@#^&*()_{:\"}|?<>+",
)
"""QWERTZ."""

FRENCH: Final = _table(
    "&é\"'(-è_çà" + "1234567890" + "aqzwAQZW" + ")°$^mMù%;.:/!§,?£",
    "1234567890" + "!@#$%^&*()" + "qawzQAWZ" + "-_][;:'\",<.>/?mM}",
)
"""AZERTY."""

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
CAPS_LOCK: Final = _table(_LETTERS + _LETTERS.upper(), _LETTERS.upper() + _LETTERS)
"""Letters in the other case."""

SHIFT_LOCK: Final = CAPS_LOCK | _table(
    '!@#$%^&*()_+{}:"<>?|' + "1234567890-=[];',./\\",
    "1234567890-=[];',./\\" + '!@#$%^&*()_+{}:"<>?|',
)
"""Digits as the signs above them, too."""


RUSSIAN: Final = _table(
    "йцукенгшщзхъфывапролджэячсмитьбюё" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ" + '"№;:?.,/',
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~' + "@#$^&/?|",
)
"""ЙЦУКЕН."""

GREEK: Final = _table(
    ";ςερτυθιοπασδφγηξκλζχψωβνμ" + ":ΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ",
    "qwertyuiopasdfghjklzxcvbnm" + "QERTYUIOPASDFGHJKLZXCVBNM",
)
"""A capital W arrives as the Σ of S, and is taken for it."""

FULL_WIDTH: Final = {number + 0xFEE0: chr(number) for number in range(0x21, 0x7F)} | {0x3000: " "}
"""What an input method of East Asia makes of letters, digits and signs."""

SAME_SHAPE: Final = _table(
    "АВЕЅІЈКМНОРСТХУаеорсухіѕј" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",  # noqa: RUF001 - that is the point
    "ABESIJKMHOPCTXYaeopcyxisj" + "ABEZHIKMNOPTYXo",
)
"""Cyrillic and Greek letters that nobody can tell from Latin ones by eye."""


class Layout(NamedTuple):
    """Something that a keyboard does to all that a scanner types."""

    table: dict[int, str]
    said: str
    """In a sentence, at the moment of the scan."""
    is_lock: bool = False
    """A key is locked; there is nothing to set up."""


LAYOUTS: Final = (
    *(
        Layout(table, f"The computer has a {name} keyboard layout, the scanner a US one.")
        for name, table in (
            ("German", GERMAN),
            ("French", FRENCH),
            ("Russian", RUSSIAN),
            ("Greek", GREEK),
        )
    ),
    Layout(FULL_WIDTH, "An input method is on that types letters and digits in full width."),
    Layout(CAPS_LOCK, "Caps lock is on: capital and small letters are swapped.", is_lock=True),
    Layout(SHIFT_LOCK, "Shift lock is on: letters and signs change places.", is_lock=True),
)
"""The likeliest first."""


class Replacement(NamedTuple):
    """A text that is found where a separator was."""

    text: str
    cause: str


REPLACEMENTS: Final = (
    Replacement("↔", "Alt+29 typed into a window that shows code page 437"),
    Replacement("0029", "the digits of Alt+0029, typed without NumLock"),
    Replacement("029", "the digits of Alt+029, typed without NumLock"),
    Replacement("<GS>", "the name of the separator written out"),
    Replacement("[GS]", "the name of the separator written out"),
    Replacement("\\x1d", "the separator written as an escape of a program"),
    Replacement("\\u001d", "the separator written as an escape of a program"),
    Replacement("\\F", "the separator written as an escape of a printer"),
    Replacement("&#29;", "the separator written as an escape of XML"),
    Replacement("%1D", "the separator written as an escape of a web address"),
    Replacement("~1", "FNC1 written as an escape of a printer"),
    Replacement("\x1e", "a record separator in place of the group separator"),
    Replacement("\x1c", "a file separator in place of the group separator"),
    Replacement("\x00", "an empty character in place of the separator"),
    Replacement("\ufffd", "a program that could not show the separator"),
    Replacement("\t", "a tabulator in place of the separator"),
    Replacement("\r\n", "a line end in place of the separator"),
    Replacement("\n", "a line end in place of the separator"),
    Replacement("\r", "a line end in place of the separator"),
    *(
        Replacement(sign, "a sign that the scanner is set to send for the separator")
        for sign in ("|", "~", "#", "^", "@", "$", "\\", "]", "}", "{", "`", ";", ",", "!", " ")
    ),
)
"""What stands for the separator after something went wrong, the unmistakable first."""
