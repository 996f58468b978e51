"""The Core Business Vocabulary 2.0: its terms, and the four ways to spell one.

A term is a bare word in JSON (`shipping`), a URN in XML 1.x
(`urn:epcglobal:cbv:bizstep:shipping`), a web URI in XML 2.0 and linked data
(`https://ref.gs1.org/cbv/BizStep-shipping`) or the CURIE of that (`cbv:BizStep-shipping`). Inside
Packtrail a term of the vocabulary is always its bare word; anything else passes through as it is.

    >>> bare("urn:epcglobal:cbv:bizstep:shipping")
    'shipping'
    >>> web_uri(Kind.DISPOSITION, "in_transit")
    'https://ref.gs1.org/cbv/Disp-in_transit'
    >>> bare("https://example.org/steps/weighing")
    'https://example.org/steps/weighing'
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

CBV = "https://ref.gs1.org/cbv/"
"""Namespace of the vocabulary's web URIs."""
GS1_VOC = "https://gs1.org/voc/"
"""Namespace of measurement types and sensor alerts."""
EPCIS = "https://ref.gs1.org/epcis/"
"""Namespace of the names of the EPCIS standard."""


class Kind(StrEnum):
    """What a term is a value of."""

    BIZ_STEP = "biz_step"
    DISPOSITION = "disposition"
    BIZ_TRANSACTION_TYPE = "biz_transaction_type"
    SOURCE_DEST_TYPE = "source_dest_type"
    ERROR_REASON = "error_reason"
    COMPONENT = "component"
    MEASUREMENT_TYPE = "measurement_type"
    SENSOR_ALERT = "sensor_alert"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TERMS: dict[Kind, frozenset[str]] = {
    Kind.BIZ_STEP: _words("""
        accepting arriving assembling collecting commissioning consigning creating_class_instance
        cycle_counting decommissioning departing destroying disassembling dispensing encoding
        entering_exiting holding inspecting installing killing loading other packing picking
        receiving removing repackaging repairing replacing reserving retail_selling sampling
        sensor_reporting shipping staging_outbound stock_taking stocking storing transporting
        unloading unpacking void_shipping"""),
    Kind.DISPOSITION: _words("""
        active available completeness_inferred completeness_verified conformant container_closed
        container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
        inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement
        no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved
        retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable
        unknown"""),
    Kind.BIZ_TRANSACTION_TYPE: _words("""
        bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"""),
    Kind.SOURCE_DEST_TYPE: _words("location owning_party possessing_party"),
    Kind.ERROR_REASON: _words("did_not_occur incorrect_data"),
    Kind.COMPONENT: _words("""
        altitude axial_distance azimuth easting elevation_angle height latitude longitude northing
        polar_angle spherical_radius x y z"""),
    Kind.MEASUREMENT_TYPE: _words("""
        AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
        AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity
        Area Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent
        DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity
        ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance
        KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity
        MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
        MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power
        Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity
        SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque
        Voltage Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber"""),
    Kind.SENSOR_ALERT: _words("ALARM_CONDITION ERROR_CONDITION"),
}
"""Kind -> its terms (CBV 2.0, 7; GS1 Web Vocabulary for the last two)."""

URN_PREFIXES: dict[Kind, str] = {
    Kind.BIZ_STEP: "urn:epcglobal:cbv:bizstep:",
    Kind.DISPOSITION: "urn:epcglobal:cbv:disp:",
    Kind.BIZ_TRANSACTION_TYPE: "urn:epcglobal:cbv:btt:",
    Kind.SOURCE_DEST_TYPE: "urn:epcglobal:cbv:sdt:",
    Kind.ERROR_REASON: "urn:epcglobal:cbv:er:",
    Kind.COMPONENT: "urn:epcglobal:cbv:comp:",
}
"""Kind -> what its URNs begin with; the GS1 Web Vocabulary has no URNs."""

WEB_PREFIXES: dict[Kind, str] = {
    Kind.BIZ_STEP: CBV + "BizStep-",
    Kind.DISPOSITION: CBV + "Disp-",
    Kind.BIZ_TRANSACTION_TYPE: CBV + "BTT-",
    Kind.SOURCE_DEST_TYPE: CBV + "SDT-",
    Kind.ERROR_REASON: CBV + "ER-",
    Kind.COMPONENT: CBV + "Comp-",
    Kind.MEASUREMENT_TYPE: GS1_VOC,
    Kind.SENSOR_ALERT: GS1_VOC,
}
"""Kind -> what its web URIs begin with."""

_SPELLINGS: dict[Kind, tuple[str, ...]] = {
    kind: tuple(
        prefix
        for prefix in (
            URN_PREFIXES.get(kind),
            web,
            web.replace(CBV, "cbv:").replace(GS1_VOC, "gs1:"),
            web.replace("https://", "http://"),
            web.replace(CBV, "https://ns.gs1.org/cbv/").replace(
                GS1_VOC, "https://www.gs1.org/voc/"
            ),
        )
        if prefix
    )
    for kind, web in WEB_PREFIXES.items()
}


@lru_cache(maxsize=4096)
def normal(kind: Kind, term: str) -> str:
    """Return the one form Packtrail keeps of a value that may be a term of a kind.

    A term of the vocabulary becomes its bare word, whatever its spelling. A URN in the vocabulary's
    namespace that the vocabulary does not have becomes the web URI it would have. The rest is
    returned as it is.
    """
    for prefix in _SPELLINGS[kind]:
        if term.startswith(prefix):
            word = term[len(prefix) :]
            if word in TERMS[kind]:
                return word
            return WEB_PREFIXES[kind] + word if prefix == URN_PREFIXES.get(kind) else term
    return term


@lru_cache(maxsize=4096)
def bare(term: str) -> str:
    """Return the bare word of a CBV term in any spelling and of any kind; other text as it is."""
    for kind in Kind:
        word = normal(kind, term)
        if word != term and word in TERMS[kind]:
            return word
    return term


def is_known(kind: Kind, term: str) -> bool:
    """Tell whether a bare word is a term of a kind."""
    return term in TERMS[kind]


def urn(kind: Kind | str, term: str) -> str:
    """Return the URN of a term, or the CURIE of one of the GS1 Web Vocabulary."""
    kind = Kind(kind)
    word = normal(kind, term)
    if word not in TERMS[kind]:
        return word
    return URN_PREFIXES.get(kind, "gs1:") + word


def web_uri(kind: Kind | str, term: str) -> str:
    """Return the web URI of a term; other text as it is."""
    kind = Kind(kind)
    word = normal(kind, term)
    return WEB_PREFIXES[kind] + word if word in TERMS[kind] else word


def expanded(text: str) -> str:
    """Return the URI of a CURIE under the prefixes of the GS1 context; other text as it is.

    Examples:
        >>> expanded("gs1:EffectiveDoseRate")
        'https://gs1.org/voc/EffectiveDoseRate'
    """
    prefix, _, local = text.partition(":")
    return _PREFIXES[prefix] + local if prefix in _PREFIXES else text


_PREFIXES = {"gs1": GS1_VOC, "cbv": CBV, "epcis": EPCIS}


def curie(kind: Kind | str, term: str) -> str:
    """Return the compact form of the web URI, under the prefixes of the GS1 context."""
    return web_uri(kind, term).replace(CBV, "cbv:").replace(GS1_VOC, "gs1:")
