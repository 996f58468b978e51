"""Who takes part: makers, a packer on contract, wholesalers and pharmacies, and their places.

All names are invented. Company prefixes start with 952, which GS1 keeps for examples, except where
an NDC asks for 03; check digits are right, and every organisation keeps one prefix length.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from packtrail.simulation.numbering import with_check_digit
from packtrail.simulation.timetable import CENTRAL_EUROPE, US_CENTRAL, US_EASTERN, Zone


class Part(StrEnum):
    """The part an organisation plays in the chain."""

    MAKER = "maker"
    CONTRACT_PACKER = "contract_packer"
    WHOLESALER = "wholesaler"
    PHARMACY = "pharmacy"


@dataclass(frozen=True, slots=True, eq=False)
class Organisation:
    """A company that records or owns events."""

    code: str
    name: str
    part: Part
    company_prefix: str
    market: str
    """`US` or `EU`; a maker's and packer's own seat."""

    @property
    def gln(self) -> str:
        """GLN of the company itself: its location 1."""
        return gln(self.company_prefix, 1)

    @property
    def sgln(self) -> str:
        """EPC URI of the company's GLN, as headers and source lists name it."""
        return sgln(self.company_prefix, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """A place with a GLN, such as a plant, a distribution centre or a pharmacy."""

    organisation: Organisation
    number: int
    name: str
    street: str
    city: str
    state: str | None
    postal_code: str
    country: str
    zone: Zone

    @property
    def coordinates(self) -> tuple[str, str]:
        """Latitude and longitude of its town, in degrees."""
        return TOWNS[self.city]

    @property
    def gln(self) -> str:
        """GLN, 13 digits."""
        return gln(self.organisation.company_prefix, self.number)

    @property
    def sgln(self) -> str:
        """EPC URI of the GLN, without extension."""
        return sgln(self.organisation.company_prefix, self.number)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A permission between organisations: the partner may do `kind` for the owner."""

    owner_code: str
    partner_code: str
    kind: str


def gln(company_prefix: str, number: int) -> str:
    """Return a GLN of a company, 13 digits with check digit."""
    return with_check_digit(f"{company_prefix}{number:0{12 - len(company_prefix)}d}")


def sgln(company_prefix: str, number: int) -> str:
    """Return the EPC URI of a GLN without extension."""
    return f"urn:epc:id:sgln:{company_prefix}.{number:0{12 - len(company_prefix)}d}.0"


ASTERION = Organisation("asterion", "Asterion Therapeutics, Inc.", Part.MAKER, "0396417", "US")
BELMONT = Organisation("belmont", "Belmont Pharma SA", Part.MAKER, "95208614", "EU")
CORVUS = Organisation(
    "corvus-cmo", "Corvus Packaging Services GmbH", Part.CONTRACT_PACKER, "952417093", "EU"
)
DELTA = Organisation(
    "delta-wholesale", "Delta Drug Wholesale, LLC", Part.WHOLESALER, "9523307", "US"
)
ELBE = Organisation("elbe-wholesale", "Elbe Pharmagroßhandel AG", Part.WHOLESALER, "952550", "EU")
FOXGLOVE = Organisation(
    "foxglove-pharmacies", "Foxglove Pharmacies Group", Part.PHARMACY, "95266031", "US"
)
GENTIAN = Organisation(
    "gentian-apotheken", "Gentian Apotheken eG", Part.PHARMACY, "952710882", "EU"
)

ORGANISATIONS = (ASTERION, BELMONT, CORVUS, DELTA, ELBE, FOXGLOVE, GENTIAN)

TOWNS = {
    "Raleigh": ("35.78", "-78.64"), "Wilson": ("35.73", "-77.92"), "Garner": ("35.71", "-78.61"),
    "Liège": ("50.63", "5.57"), "Leuven": ("50.88", "4.70"), "Herstal": ("50.67", "5.63"),
    "Ulm": ("48.40", "9.99"), "Columbus": ("39.96", "-83.00"), "Louisville": ("38.25", "-85.76"),
    "Hamburg": ("53.55", "9.99"), "Seevetal": ("53.39", "9.98"), "Nashville": ("36.16", "-86.78"),
    "Memphis": ("35.15", "-90.05"), "Lexington": ("38.04", "-84.50"),
    "Lüneburg": ("53.25", "10.41"), "Bremen": ("53.08", "8.80"),
}  # fmt: skip
"""Where towns are: latitude and longitude in degrees."""

AGREEMENTS = (
    Agreement("asterion", "corvus-cmo", "records_for"),
    Agreement("belmont", "corvus-cmo", "records_for"),
)

ASTERION_SEAT = Location(
    ASTERION, 1, "Asterion Therapeutics", "400 Larkspur Pkwy", "Raleigh", "NC", "27606", "US",
    US_EASTERN,
)  # fmt: skip
ASTERION_PLANT = Location(
    ASTERION, 210, "Asterion Packaging Plant, Line 2", "18 Foundry Rd", "Wilson", "NC", "27893",
    "US", US_EASTERN,
)  # fmt: skip
ASTERION_DC = Location(
    ASTERION, 300, "Asterion Distribution Center", "2250 Depot St", "Garner", "NC", "27529", "US",
    US_EASTERN,
)  # fmt: skip
BELMONT_SEAT = Location(
    BELMONT, 1, "Belmont Pharma", "Rue des Tanneurs 12", "Liège", None, "4020", "BE",
    CENTRAL_EUROPE,
)  # fmt: skip
BELMONT_PLANT = Location(
    BELMONT, 11, "Belmont Pharma Werk Leuven, Hall 3", "Vaartkade 55", "Leuven", None, "3000", "BE",
    CENTRAL_EUROPE,
)  # fmt: skip
BELMONT_DC = Location(
    BELMONT, 20, "Belmont Pharma Logistics", "Zoning Nord 7", "Herstal", None, "4040", "BE",
    CENTRAL_EUROPE,
)  # fmt: skip
CORVUS_SEAT = Location(
    CORVUS, 1, "Corvus Packaging Services", "Rabengasse 3", "Ulm", None, "89073", "DE",
    CENTRAL_EUROPE,
)  # fmt: skip
CORVUS_PLANT = Location(
    CORVUS, 4, "Corvus Packaging Services, Line 5", "Rabengasse 9", "Ulm", None, "89073", "DE",
    CENTRAL_EUROPE,
)  # fmt: skip
DELTA_SEAT = Location(
    DELTA, 1, "Delta Drug Wholesale", "77 Riverfront Ave", "Columbus", "OH", "43215", "US",
    US_EASTERN,
)  # fmt: skip
DELTA_DC = Location(
    DELTA, 45, "Delta Drug Wholesale, Louisville DC", "910 Crossdock Way", "Louisville", "KY",
    "40218", "US", US_EASTERN,
)  # fmt: skip
ELBE_SEAT = Location(
    ELBE, 1, "Elbe Pharmagroßhandel", "Am Sandtorkai 101", "Hamburg", None, "20457", "DE",
    CENTRAL_EUROPE,
)  # fmt: skip
ELBE_DC = Location(
    ELBE, 12, "Elbe Pharmagroßhandel, Lager Süd", "Lagerstraße 8", "Seevetal", None, "21217", "DE",
    CENTRAL_EUROPE,
)  # fmt: skip
FOXGLOVE_SEAT = Location(
    FOXGLOVE, 1, "Foxglove Pharmacies Group", "1 Apothecary Sq", "Nashville", "TN", "37203", "US",
    US_CENTRAL,
)  # fmt: skip
FOXGLOVE_STORES = (
    Location(FOXGLOVE, 101, "Foxglove Pharmacy Maple Street", "214 Maple St", "Nashville", "TN",
             "37209", "US", US_CENTRAL),
    Location(FOXGLOVE, 102, "Foxglove Pharmacy Harbor Point", "8 Harbor Point Dr", "Memphis", "TN",
             "38103", "US", US_CENTRAL),
    Location(FOXGLOVE, 103, "Foxglove Pharmacy Old Mill", "61 Old Mill Ln", "Lexington", "KY",
             "40502", "US", US_EASTERN),
)  # fmt: skip
FOXGLOVE_HOSPITAL = Location(
    FOXGLOVE, 900, "Foxglove Pharmacy at St. Brannoc Hospital", "3000 Mercy Blvd", "Nashville",
    "TN", "37232", "US", US_CENTRAL,
)  # fmt: skip
GENTIAN_STORES = (
    Location(GENTIAN, 11, "Gentian Apotheke am Markt", "Marktplatz 2", "Lüneburg", None, "21335",
             "DE", CENTRAL_EUROPE),
    Location(GENTIAN, 12, "Gentian Apotheke Nordtor", "Nordtorstraße 30", "Bremen", None, "28195",
             "DE", CENTRAL_EUROPE),
)  # fmt: skip
GENTIAN_HOSPITAL = Location(
    GENTIAN, 90, "Gentian Klinikapotheke Hafenspital", "Hafenspitalweg 1", "Hamburg", None, "20359",
    "DE", CENTRAL_EUROPE,
)  # fmt: skip

LOCATIONS = (
    ASTERION_SEAT, ASTERION_PLANT, ASTERION_DC,
    BELMONT_SEAT, BELMONT_PLANT, BELMONT_DC,
    CORVUS_SEAT, CORVUS_PLANT,
    DELTA_SEAT, DELTA_DC, ELBE_SEAT, ELBE_DC,
    FOXGLOVE_SEAT, *FOXGLOVE_STORES, FOXGLOVE_HOSPITAL,
    Location(GENTIAN, 1, "Gentian Apotheken", "Enzianweg 4", "Hamburg", None, "20095", "DE",
             CENTRAL_EUROPE),
    *GENTIAN_STORES, GENTIAN_HOSPITAL,
)  # fmt: skip

BY_SGLN = {location.sgln: location for location in LOCATIONS}

UNKNOWN_BROKER = sgln("952899004", 1)
"""Whoever sells to a pharmacy outside the chain: no organisation, no master data, no licence."""
