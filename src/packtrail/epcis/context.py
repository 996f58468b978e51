"""Names: what the `@context` of a JSON-LD document, or `xmlns` in XML, makes of a prefix.

Extension fields carry expanded names, `{namespace}local`, in Packtrail, whatever prefix a partner
chose. Contexts are never fetched: the prefixes of GS1's are known here, and a prefix that only a
foreign context could declare is kept as it is, with a warning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from packtrail.epcis.scalars import UNQUALIFIED, from_uri, is_uri, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping

GS1_CONTEXT = "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"
"""The context every document we write names."""

MDA = "urn:epcglobal:cbv:mda:"
"""Namespace of the CBV's master-data attributes, as the GS1 context spells it."""

_MDA_SPELLINGS = frozenset({"urn:epcglobal:cbv:mda", "urn:epcglobal:cbv:mda#", MDA})

STANDARD_PREFIXES: dict[str, str] = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": MDA,
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
"""What the GS1 context declares."""

_GS1_CONTEXTS = re.compile(
    r"https://(?:ref\.gs1\.org/standards/epcis|gs1\.github\.io/EPCIS|id\.gs1\.org/epcis-context)"
    r"(?:/[0-9.]+)?(?:/epcis-context\.jsonld)?|https://id\.gs1\.org/epcis-context\.jsonld"
)
_PARTNER_CONTEXTS: dict[str, dict[str, str]] = {
    "https://ref.gs1eg.org/extensions/epcis/hc/2.0.0/hc-context.jsonld": {
        "gs1egypthc": "https://ref.gs1eg.org/extensions/epcis/hc/voc/"
    },
}
"""Published contexts of national guidelines -> the prefixes they declare."""


def namespace_of(name: str) -> str:
    """Return the one spelling Packtrail keeps of a namespace."""
    return MDA if name in _MDA_SPELLINGS else name


def split_name(name: str) -> tuple[str, str]:
    """Return (namespace, local name) of an expanded name; no namespace is ''."""
    if name.startswith("{"):
        namespace, _, local = name[1:].partition("}")
        return namespace, local
    return "", name


def name_of_uri(uri: str) -> str:
    """Return the expanded name of a full URI: the namespace ends at its last `/`, `#` or `:`."""
    if uri.startswith(UNQUALIFIED):
        return from_uri(uri)
    cut = max(uri.rfind("/"), uri.rfind("#"), uri.rfind(":")) + 1
    return f"{{{namespace_of(uri[:cut])}}}{uri[cut:]}"


class Prefixes:
    """The prefixes in force at one place of a JSON-LD document."""

    __slots__ = ("_names", "declared", "has_foreign_context")

    def __init__(self, declared: Mapping[str, str], *, has_foreign_context: bool = False) -> None:
        self.declared = declared
        """Prefix -> namespace, the document's own declarations only."""
        self.has_foreign_context = has_foreign_context
        """A context that is not fetched may declare more."""
        self._names: dict[str, str | None] = {}

    def within(self, context: Any) -> Prefixes:
        """Return the prefixes after one more `@context` (URL, map, or a list of both)."""
        declared = dict(self.declared)
        foreign = self.has_foreign_context
        for part in context if isinstance(context, list) else (context,):
            if isinstance(part, str):
                known = _PARTNER_CONTEXTS.get(part)
                declared.update(known or {})
                if _GS1_CONTEXTS.fullmatch(part):
                    for prefix in STANDARD_PREFIXES:  # what comes later in a list counts
                        declared.pop(prefix, None)
                elif known is None:
                    foreign = True
            elif isinstance(part, dict):
                found = _declarations(part)
                declared.update(found)
                declared.update((name, _whole(name, declared)) for name in found)
        return Prefixes(declared, has_foreign_context=foreign)

    def expand(self, key: str) -> str | None:
        """Return the expanded name of an extension key; None when its prefix is not declared.

        A key without any colon is its own name.
        """
        names = self._names
        if key not in names:
            if len(names) > 10_000:  # keys come from outside: do not let them fill the memory
                names.clear()
            names[key] = self._expand(key)
        return names[key]

    def _expand(self, key: str) -> str | None:
        prefix, colon, local = key.partition(":")
        if not colon or key.startswith("@"):
            return key
        namespace = self.declared.get(prefix) or STANDARD_PREFIXES.get(prefix)
        if namespace is not None and not local.startswith("//"):
            return f"{{{namespace_of(namespace)}}}{local}"
        if local.startswith("//") or prefix.lower() == "urn":
            return name_of_uri(key)
        return None

    def full_uri(self, value: str) -> str:
        """Return the URI a CURIE stands for; any other value as it is."""
        prefix, colon, local = value.partition(":")
        if not colon or local.startswith("//"):
            return value
        namespace = self.declared.get(prefix)
        if namespace is None or not is_uri(namespace + local):
            return value
        return namespace + local


def _whole(name: str, declared: Mapping[str, str]) -> str:
    """Return the namespace of a prefix, which may be written with the help of another prefix."""
    seen = {name}
    namespace = declared[name]
    while True:
        prefix, colon, rest = namespace.partition(":")
        other = declared.get(prefix) or STANDARD_PREFIXES.get(prefix)
        if not colon or rest.startswith("//") or other is None or prefix in seen:
            return namespace
        seen.add(prefix)
        namespace = other + rest


def _declarations(part: Mapping[str, Any]) -> dict[str, str]:
    """Return prefix -> namespace of an inline context map; keywords and term settings aside."""
    found = {}
    for prefix, value in part.items():
        namespace = value.get("@id") if isinstance(value, dict) else value
        if not isinstance(namespace, str) or prefix.startswith("@"):
            continue
        if namespace and "}" not in namespace:  # it would end an expanded name before its time
            found[prefix] = namespace
    return found


class Namer:
    """Turns expanded names back into prefixed ones, and remembers which prefixes were used."""

    __slots__ = ("_members", "_names", "_prefixes", "used")

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._prefixes: dict[str, str] = {
            namespace_of(namespace): prefix
            for prefix, namespace in namespaces.items()
            if prefix and prefix not in STANDARD_PREFIXES and _is_prefix(prefix) and namespace
        }
        self._prefixes.update({ns: prefix for prefix, ns in STANDARD_PREFIXES.items()})
        self._names: dict[str, str] = {}
        self._members: dict[str, str] = {}
        self.used: dict[str, str] = {}
        """Prefix -> namespace of every prefix given out that the GS1 context does not declare."""

    def prefix_of(self, namespace: str) -> str:
        """Return the prefix of a namespace, a new one where the document had none."""
        prefix = self._prefixes.get(namespace)
        if prefix is None:
            taken = set(self._prefixes.values())
            prefix = next(f"ns{n}" for n in range(1, len(taken) + 2) if f"ns{n}" not in taken)
            self._prefixes[namespace] = prefix
        if prefix not in STANDARD_PREFIXES:
            self.used[prefix] = namespace
        return prefix

    def name(self, expanded: str) -> str:
        """Return `prefix:local` for `{namespace}local`; a name without namespace as it is."""
        short = self._names.get(expanded)
        if short is None:
            namespace, local = split_name(expanded)
            short = f"{self.prefix_of(namespace)}:{local}" if namespace else local
            self._names[expanded] = short
        return short

    def member(self, expanded: str) -> str:
        """Return the JSON name of an extension field; a name that makes no URI becomes one."""
        member = self._members.get(expanded)
        if member is None:
            name = self.name(expanded) if expanded.startswith("{") else ""
            member = self._members[expanded] = name if is_uri(name) else wrapped(expanded)
        return member


def _is_prefix(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_.\-]*", text) is not None
