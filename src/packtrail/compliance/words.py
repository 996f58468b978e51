"""The words of rule packs: closed sets, so that two packs say the same thing the same way."""

from __future__ import annotations

from enum import StrEnum


class FactStatus(StrEnum):
    """What kind of knowledge a statement is."""

    KNOWN = "known"
    """The sources say so, and none that was found says otherwise."""
    EXPECTED = "expected"
    """Announced, drafted or estimated; no law yet."""
    DISPUTED = "disputed"
    """Sources contradict each other."""
    UNKNOWN = "unknown"
    """Looked for and not found. It never means that there is no duty."""


class Confidence(StrEnum):
    """How much the sources of a statement carry."""

    HIGH = "high"
    """An official text or body, or two separate sources that agree."""
    MEDIUM = "medium"
    """One secondary source, or several with small disagreement, or sure general knowledge."""
    LOW = "low"
    """Weak, undated, conflicting or derived."""


class Precision(StrEnum):
    """How exactly a day is known; the day itself is then the last of the month or year."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class SourceKind(StrEnum):
    """Who says it."""

    PRIMARY = "primary"
    """The law, or the authority itself."""
    NMVO = "nmvo"
    """A national medicines verification organisation."""
    INDUSTRY_BODY = "industry_body"
    STANDARDS_BODY = "standards_body"
    SECONDARY = "secondary"
    """A vendor, a law firm, the press."""
    COMPANY = "company"
    """A decision of the company's own, in an overlay."""

    @property
    def is_official(self) -> bool:
        """Whether one such source is enough for high confidence."""
        return self is not SourceKind.SECONDARY


class Tier(StrEnum):
    """How much a pack says."""

    DEEP = "deep"
    """Researched in depth, with rules for every part of the chain."""
    BRIEF = "brief"
    """What is known, and what is not; check it before use."""


class Phase(StrEnum):
    """How far a market is, for overviews. Decide from its rules, not from this."""

    IN_FORCE = "in_force"
    TRANSITION = "transition"
    UPCOMING = "upcoming"
    PILOT = "pilot"
    PLANNED = "planned"
    ON_HOLD = "on_hold"
    REPEALED = "repealed"
    VOLUNTARY = "voluntary"
    TENDER_ONLY = "tender_only"
    NONE = "none"
    UNKNOWN = "unknown"


class ProductClass(StrEnum):
    """What a product is to the law."""

    PRESCRIPTION = "prescription"
    NON_PRESCRIPTION = "non_prescription"
    FREE_SAMPLE = "free_sample"
    CLINICAL_TRIAL = "clinical_trial"
    NAMED_PATIENT = "named_patient"
    """Without authorisation, for one patient."""
    PERSONAL_IMPORT = "personal_import"
    VETERINARY = "veterinary"
    DEVICE = "device"


class Origin(StrEnum):
    """Where a product comes from, as its market sees it."""

    DOMESTIC = "domestic"
    IMPORTED = "imported"


class Level(StrEnum):
    """Packing level."""

    UNIT = "unit"
    BUNDLE = "bundle"
    CASE = "case"
    PALLET = "pallet"


class Role(StrEnum):
    """The parts that parties play."""

    MARKETING_AUTHORISATION_HOLDER = "marketing_authorisation_holder"
    MANUFACTURER = "manufacturer"
    REPACKAGER = "repackager"
    IMPORTER = "importer"
    EXPORTER = "exporter"
    AGENT = "agent"
    """Acts for a foreign holder in the market: scientific office, authorised agent."""
    WHOLESALER = "wholesaler"
    DISPENSER = "dispenser"
    """Pharmacy or hospital."""
    AUTHORITY = "authority"
    """Regulator, ministry, parliament or the body that runs the system."""


class Characters(StrEnum):
    """Character sets of serial numbers, from the narrowest to the widest."""

    NUMERIC = "numeric"
    CAPITALS = "capitals"
    """Digits and capital letters."""
    ALPHANUMERIC = "alphanumeric"
    """Digits and Latin letters."""
    GS1 = "gs1"
    """The 82 characters that AI (21) may have."""
    ANY = "any"
    """Others too."""


class Issuer(StrEnum):
    """Who makes serial numbers or codes."""

    MAKER = "maker"
    """Manufacturer, importer, holder."""
    OPERATOR = "operator"
    """The national system or its operator."""
    EITHER = "either"


class Carrier(StrEnum):
    """Data carriers."""

    GS1_DATAMATRIX = "gs1_datamatrix"
    DATAMATRIX = "datamatrix"
    """Data Matrix with other than GS1 data, such as IFA's."""
    GS1_128 = "gs1_128"
    CODE_128 = "code_128"
    GS1_DATABAR = "gs1_databar"
    GS1_COMPOSITE = "gs1_composite"
    EAN_13 = "ean_13"
    QR = "qr"
    CODE_39 = "code_39"
    RFID = "rfid"


class Aggregation(StrEnum):
    """Whether a market asks what holds what."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"
    OPTIONAL = "optional"
    PLANNED = "planned"
    DE_FACTO = "de_facto"
    UNKNOWN = "unknown"


class CalendarKind(StrEnum):
    """What a day in the calendar is."""

    OBLIGATION = "obligation"
    EXPECTED = "expected"
    DRAFT = "draft"
    PILOT = "pilot"
    INDUSTRY_TARGET = "industry_target"
    """What an industry body wants, not the law."""


class Happening(StrEnum):
    """What is reported, asked or settled."""

    PRODUCT_DATA = "product_data"
    """Master data of a product."""
    PACK_DATA = "pack_data"
    """The serial numbers of a lot, uploaded or notified."""
    CODE_ORDER = "code_order"
    EMISSION = "emission"
    """Codes were put on packs."""
    COMMISSION = "commission"
    RELEASE = "release"
    IMPORT = "import"
    EXPORT = "export"
    PACK = "pack"
    UNPACK = "unpack"
    TRANSACTION = "transaction"
    """Change of owner."""
    SHIP = "ship"
    RECEIVE = "receive"
    TRANSFER = "transfer"
    RETURN = "return"
    DISPENSE = "dispense"
    CONSUME = "consume"
    """Used inside a hospital."""
    DECOMMISSION = "decommission"
    REACTIVATE = "reactivate"
    SAMPLE = "sample"
    DESTROY = "destroy"
    STOLEN = "stolen"
    RECALL = "recall"
    WITHDRAW = "withdraw"
    CORRECTION = "correction"
    ILLEGITIMATE_PRODUCT = "illegitimate_product"
    HIGH_RISK = "high_risk"
    """High risk that a product is illegitimate."""
    VERIFICATION_REQUEST = "verification_request"
    TRACING_REQUEST = "tracing_request"
    ALERT = "alert"
    SETTLEMENT = "settlement"
    """An insurance pays for it."""


class DatedBy(StrEnum):
    """Which day of a subject decides whether a rule holds."""

    TODAY = "today"
    """The day on which the question is asked."""
    RELEASE = "release"
    MANUFACTURE = "manufacture"
