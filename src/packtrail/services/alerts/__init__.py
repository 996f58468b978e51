"""Alerts: detection over the server's own log, and the cases in which people work them off."""
