"""Identifiers and symbols: read, convert, draw; nothing that is stored is touched."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from packtrail.api.requests import App, Caller
from packtrail.api.schemas import FindingOut, In, Out
from packtrail.gs1.conversions import Form, Wishes
from packtrail.gs1.scan_writing import Carrier
from packtrail.rendering.symbols import SCALE_MAX, Symbology
from packtrail.services import identifiers

router = APIRouter(prefix="/api/v1", tags=["Identifiers"])
TEXT_MAX = 4096
DESCRIBED_MAX = 200
CONVERTED_MAX = 10_000

Text = Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
PrefixLength = Annotated[int | None, Field(ge=6, le=12)]


class DescribeIn(In):
    """Texts to take apart."""

    texts: list[Text] = Field(min_length=1, max_length=DESCRIBED_MAX)
    is_pack: bool = False
    """Each should be a medicine pack: product, serial, expiry and lot."""
    prefix_length: PrefixLength = None


class ConvertIn(In):
    """Texts to write in another notation."""

    texts: list[Text] = Field(min_length=1, max_length=CONVERTED_MAX)
    to: Form = Form.LINK
    prefix_length: PrefixLength = None
    domain: str = "https://id.gs1.org"
    encoding: str | None = None
    """RFID encoding, such as `sgtin-96`."""
    symbol: Carrier | None = None
    """The symbol that a scan is of."""
    filter_value: int = Field(default=0, ge=0, le=63)


class ElementOut(Out):
    """One element of data."""

    ai: str
    value: str
    title: str


class DescriptionOut(Out):
    """One text, read."""

    text: str
    kind: str
    symbol: str
    content: str
    elements: list[ElementOut]
    digital_link: str
    epc_uri: str
    tag: str
    encodings: list[str]
    licensed_by: str
    national_numbers: list[str]
    suggestion: str | None
    also: list[str]
    findings: list[FindingOut]


class ConversionOut(Out):
    """One text and what became of it; without a result the findings say why."""

    text: str
    result: str
    findings: list[FindingOut]


class ScanOut(Out):
    """One symbol found in an image."""

    text: str
    symbology: str
    corners: list[tuple[int, int]]


@router.post("/identifiers", summary="Take identifiers apart", response_model=list[DescriptionOut])
def describe(body: DescribeIn, app: App, actor: Caller) -> Any:
    """Return everything each text says, what is wrong with it and the likely cause.

    A text is an EPC URI, Digital Link, element string, scan, RFID tag (URI or bits in hexadecimal),
    NDC or number.
    """
    found = identifiers.describe(
        app, actor, body.texts, is_pack=body.is_pack, prefix_length=body.prefix_length
    )
    names = ("ai", "value", "title")
    return [
        {
            **{name: getattr(one, name) for name in DescriptionOut.model_fields},
            "elements": [dict(zip(names, each, strict=True)) for each in one.elements],
        }
        for one in found
    ]


@router.post(
    "/identifiers/conversions",
    summary="Write identifiers in another notation",
    response_model=list[ConversionOut],
)
def convert(body: ConvertIn, app: App, actor: Caller) -> Any:
    """Return each text in another notation, in the order they came."""
    encoding = body.symbol if body.to is Form.SCAN else body.encoding
    wishes = Wishes(domain=body.domain, encoding=encoding, filter_value=body.filter_value)
    return identifiers.convert(
        app, actor, body.texts, body.to, wishes, prefix_length=body.prefix_length
    )


class SymbolQuery(In):
    """What to draw, and how."""

    text: str = Field(min_length=1, max_length=1000)
    kind: Symbology = Symbology.DATA_MATRIX
    form: Literal["svg", "png"] = "svg"
    scale: int = Field(default=4, ge=1, le=SCALE_MAX)
    with_text: bool = False
    """Print the data below; in SVG only."""
    domain: str = "https://id.gs1.org"


@router.get(
    "/symbols",
    summary="Draw a symbol",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}, "image/png": {}}}},
)
def draw(query: Annotated[SymbolQuery, Query()], actor: Caller) -> Response:
    """Return the symbol of an identifier in any notation; data that is wrong is refused."""
    symbol = identifiers.draw(actor, query.text, query.kind, domain=query.domain)
    if query.form == "png":
        return Response(symbol.png(scale=query.scale), media_type="image/png")
    drawn = symbol.svg(scale=query.scale, with_text=query.with_text)
    return Response(drawn, media_type="image/svg+xml")


@router.post(
    "/symbols/readings",
    summary="Read the symbols in an image",
    response_model=list[ScanOut],
    openapi_extra={"requestBody": {"content": {"image/png": {}, "image/jpeg": {}}}},
)
async def read_image(request: Request, actor: Caller) -> Any:
    """Return what a scanner would transmit of every symbol in an image."""
    image = await request.body()
    return await run_in_threadpool(identifiers.read_image, actor, image)
