"""The SOAP query interface of EPCIS, for partners whose software speaks 1.x (EPCIS 1.2, 11)."""

from packtrail.api.soap.routes import router

__all__ = ["router"]
