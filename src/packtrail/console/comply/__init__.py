"""The room Comply: what the law asks, of what, by when, and how far it is done.

radar      obligations by day, one of them with its parts, calendars
markets    readiness on a map and in a table, every market, one market
machine    the portfolio under the rules of any day, and what changes between two days
changes    other versions of rules that wait to be accepted
portfolio  products, licences, lines, practices, partners; import and export
"""
