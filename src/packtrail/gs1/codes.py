"""Every kind of finding that the GS1 package has to report."""

from __future__ import annotations

from typing import Final

from packtrail.base.findings import FindingCode, Severity

_ERROR = Severity.ERROR
_GENERAL = "GS1 General Specifications, section 3"
_TDS = "GS1 EPC Tag Data Standard, section 6"
_LINK = "GS1 Digital Link Standard: URI Syntax, section 5"

NOT_RECOGNISED: Final = FindingCode(
    "GS1-001",
    _ERROR,
    "The text is no GS1 identifier in any notation.",
    "Give an EPC URI, a GS1 Digital Link, an element string, or a GTIN, SSCC or GLN.",
)
EPC_URI_FORM: Final = FindingCode(
    "GS1-002",
    _ERROR,
    "An EPC URI does not have the parts of its scheme.",
    "Compare the URI with the form named in the message.",
    _TDS,
)
EPC_SCHEME: Final = FindingCode(
    "GS1-003",
    _ERROR,
    "The EPC scheme is unknown.",
    "Use a scheme of the Tag Data Standard, such as urn:epc:id:sgtin.",
    _TDS,
)
COMPANY_PREFIX: Final = FindingCode(
    "GS1-004",
    _ERROR,
    "A GS1 company prefix is not 6 to 12 digits, or does not fit the key.",
    "Check the length of the company prefix in the GS1 licence of the company.",
    _TDS,
)
PREFIX_LENGTH_UNKNOWN: Final = FindingCode(
    "GS1-005",
    _ERROR,
    "The notation does not tell the length of the company prefix.",
    "Give the length with Key.with_prefix_length(), from the GS1 licence of the company.",
    _TDS,
)
NO_EPC_URI: Final = FindingCode(
    "GS1-006",
    _ERROR,
    "The key has no EPC URI.",
    "Use its GS1 Digital Link instead.",
    _TDS,
)
LENGTH: Final = FindingCode(
    "GS1-007",
    _ERROR,
    "A value is too short or too long.",
    "Check that nothing was cut off or scanned twice.",
    _GENERAL,
)
CHARACTERS: Final = FindingCode(
    "GS1-008",
    _ERROR,
    "A value has a character that is not allowed in it.",
    "Check the source of the value; a scanner's keyboard layout is a common cause.",
    _GENERAL,
)
CHECK_DIGIT: Final = FindingCode(
    "GS1-009",
    _ERROR,
    "The check digit or check pair is wrong.",
    "Compare the number with the one on the pack; one of its characters is mistyped.",
    "GS1 General Specifications, section 7.9",
)
PERCENT_ENCODING: Final = FindingCode(
    "GS1-010",
    _ERROR,
    "A percent sign is not followed by two hexadecimal digits, or stands for nothing allowed.",
    "Write a percent sign of the value itself as %25.",
)
VALUE: Final = FindingCode(
    "GS1-011",
    _ERROR,
    "A value has the right form and an impossible content.",
    "Check the source of the value.",
    _GENERAL,
)
DATE: Final = FindingCode(
    "GS1-012",
    _ERROR,
    "A date or time does not exist.",
    "Dates are YYMMDD, times HHMM; day 00 stands for the end of the month where allowed.",
    _GENERAL,
)
LINK_FORM: Final = FindingCode(
    "GS1-020",
    _ERROR,
    "The text is not a web address a GS1 Digital Link can have.",
    "Write http:// or https://, a domain, and /AI/value pairs.",
    _LINK,
)
LINK_KEY: Final = FindingCode(
    "GS1-021",
    _ERROR,
    "A web address has no GS1 key in its path.",
    "Put the key in the path, such as /01/ and the 14 digits of a GTIN.",
    _LINK,
)
LINK_QUALIFIER: Final = FindingCode(
    "GS1-022",
    _ERROR,
    "A qualifier does not belong to the key of a Digital Link, or stands in the wrong order.",
    "Follow the order of the standard, such as 22, 10, 21 after a GTIN.",
    _LINK,
)
LINK_ATTRIBUTE: Final = FindingCode(
    "GS1-023",
    _ERROR,
    "An application identifier is not allowed where it stands in a Digital Link.",
    "Leave it out, or put it in the path where it qualifies the key.",
    _LINK,
)
LINK_REPEATED: Final = FindingCode(
    "GS1-024",
    _ERROR,
    "An application identifier appears twice in a Digital Link.",
    "Write it once.",
    _LINK,
)
EMPTY: Final = FindingCode(
    "GS1-030",
    _ERROR,
    "There is no data, or an application identifier without a value.",
    "Scan or copy the whole text again.",
    _GENERAL,
)
UNKNOWN_AI: Final = FindingCode(
    "GS1-031",
    _ERROR,
    "An application identifier does not exist.",
    "A separator may be missing before it, or the value before it may be cut.",
    _GENERAL,
)
BRACKETS: Final = FindingCode(
    "GS1-032",
    _ERROR,
    "The brackets of an element string do not frame application identifiers.",
    r"Write (AI)value pairs; write a bracket that is part of a value as \(.",
    _GENERAL,
)
REPEATED: Final = FindingCode(
    "GS1-033",
    _ERROR,
    "The same application identifier appears with different values.",
    "Scan the symbols of one item only, and ask the maker of the label.",
    "GS1 General Specifications, section 4.14",
)
REQUIRED: Final = FindingCode(
    "GS1-034",
    _ERROR,
    "An application identifier lacks another one that must go with it.",
    "Add the missing one, or read all symbols of the item together.",
    "GS1 General Specifications, section 4.14",
)
EXCLUDED: Final = FindingCode(
    "GS1-035",
    _ERROR,
    "Two application identifiers must not appear together.",
    "Remove one of them.",
    "GS1 General Specifications, section 4.14",
)
NO_KEY: Final = FindingCode(
    "GS1-036",
    _ERROR,
    "The element string holds no GS1 key.",
    "Include the GTIN, SSCC or other key the data is about.",
    _GENERAL,
)
SYMBOLOGY: Final = FindingCode(
    "GS1-037",
    _ERROR,
    "The symbology identifier does not announce GS1 data.",
    "Set the scanner to transmit AIM symbology identifiers, or leave them out.",
    "GS1 General Specifications, section 5",
)
NOT_ANNOUNCED: Final = FindingCode(
    "GS1-038",
    _ERROR,
    "Nothing says that a text is GS1 data.",
    "Set the scanner to transmit the symbology identifier, or FNC1 in front of the data.",
    "GS1 General Specifications, section 5.1.2",
)
USED_UP: Final = FindingCode(
    "GS1-040",
    _ERROR,
    "There is no number left in the range.",
    "Take another extension digit or company prefix.",
    "GS1 General Specifications, section 2.2.1",
)
AMBIGUOUS: Final = FindingCode(
    "GS1-041",
    _ERROR,
    "A number can be read in several ways, and it does not tell which.",
    "Write the number with its hyphens, or choose one of the readings.",
)
PACK_INCOMPLETE: Final = FindingCode(
    "GS1-042",
    Severity.WARNING,
    "A medicine pack lacks product code, serial number, lot or expiry date.",
    "Scan the pack again; if it stays so, handle it as the market's rules for such packs say.",
    "Delegated Regulation (EU) 2016/161, Article 4",
)
UNLICENSED_PREFIX: Final = FindingCode(
    "GS1-043",
    Severity.WARNING,
    "The register of company prefixes has none with which a number begins.",
    "Check the number, and that the register is the current one of GS1.",
    "GS1 General Specifications, section 1.4.2",
)
REGION: Final = FindingCode(
    "GS1-044",
    _ERROR,
    "The rules for numbers of restricted circulation in a region are not known.",
    "Name one of the regions in the message, or take the number as it is.",
    "GS1 General Specifications, section 2.1.11",
)
REGISTER: Final = FindingCode(
    "GS1-045",
    _ERROR,
    "A file is no register of company prefixes.",
    "Give GS1's table of prefix lengths (GCPPrefixFormatList, XML or JSON), or one prefix a line.",
)
NO_ANSWER: Final = FindingCode(
    "GS1-046",
    Severity.NOTE,
    "The register of company prefixes gave no answer.",
    "Ask again later; nothing is wrong with the number as far as is known.",
)
TAG_FORM: Final = FindingCode(
    "GS1-050",
    _ERROR,
    "An EPC tag URI does not have the parts of its encoding.",
    "Compare the URI with the form named in the message.",
    "GS1 EPC Tag Data Standard, section 12",
)
TAG_SCHEME: Final = FindingCode(
    "GS1-051",
    _ERROR,
    "There is no such RFID tag encoding, or none for this key.",
    "Use an encoding named in the message, or another carrier for this key.",
    "GS1 EPC Tag Data Standard, section 14",
)
TAG_VALUE: Final = FindingCode(
    "GS1-052",
    _ERROR,
    "A value does not fit into the RFID tag encoding.",
    "Use the longer encoding of the same key, such as sgtin-198 for a serial with letters.",
    "GS1 EPC Tag Data Standard, section 14",
)
TAG_BITS: Final = FindingCode(
    "GS1-053",
    _ERROR,
    "The bits of an RFID tag are cut off, damaged, or no EPC.",
    "Read the EPC memory of the tag again, from its first bit (20h) to its end.",
    "GS1 EPC Tag Data Standard, section 14",
)
SCAN_LAYOUT: Final = FindingCode(
    "GS1-060",
    Severity.WARNING,
    "A scanner that acts as a keyboard has another layout than the computer.",
    "Set scanner and computer to the same keyboard layout, or the scanner to a layout-free mode.",
)
SCAN_CAPS_LOCK: Final = FindingCode(
    "GS1-061",
    Severity.WARNING,
    "Caps lock or shift lock was on while a scanner acted as a keyboard.",
    "Switch it off, or set the scanner to ignore it, and scan again.",
)
SCANNED_TWICE: Final = FindingCode(
    "GS1-066",
    Severity.WARNING,
    "A scanner sent the code twice in one text.",
    "Let the scanner end every code with Enter (CR), so that the next one begins a new text.",
)
SEPARATOR_LOST: Final = FindingCode(
    "GS1-062",
    Severity.WARNING,
    "The separator after a value of variable length was lost.",
    "Set the scanner to transmit the group separator (ASCII 29), and scan again.",
    "GS1 General Specifications, section 7.8.6",
)
SEPARATOR_REPLACED: Final = FindingCode(
    "GS1-063",
    Severity.WARNING,
    "Something else stands where the separator must be.",
    "Set the scanner, or the program in between, to pass the group separator (ASCII 29) on.",
    "GS1 General Specifications, section 7.8.6",
)
SEPARATOR_UNNEEDED: Final = FindingCode(
    "GS1-064",
    Severity.NOTE,
    "A separator follows a value of predefined length, which is allowed and not needed.",
    "Nothing needs to be done; a shorter symbol would do without it.",
    "GS1 General Specifications, section 7.8.6",
)
PLAIN_SYMBOL: Final = FindingCode(
    "GS1-065",
    Severity.WARNING,
    "GS1 data stands in a symbol that does not announce it, because FNC1 is missing at its start.",
    "Ask the maker of the label to print FNC1 first; verifiers refuse such symbols.",
    "GS1 General Specifications, section 5.5",
)
SYMBOL_CAPACITY: Final = FindingCode(
    "GS1-070",
    _ERROR,
    "The data does not fit into the symbol, or its kind of symbol cannot hold it.",
    "Choose GS1 DataMatrix, or leave out what the label need not say.",
    "GS1 General Specifications, section 5",
)
IMAGE: Final = FindingCode(
    "GS1-071",
    _ERROR,
    "An image cannot be read, or is too large.",
    "Give a PNG of at most 4 million pixels; for JPEG, TIFF, WebP, GIF and BMP install "
    "packtrail[images], which brings Pillow.",
)
