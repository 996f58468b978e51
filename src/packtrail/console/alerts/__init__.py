"""The room of alerts: what scans point to, the cases, and the rules."""

from packtrail.console.alerts.routes import ROUTES

__all__ = ["ROUTES"]
