"""Exchange: what comes in from other systems and goes out to them, beyond EPCIS documents.

`tables` reads the CSV, XLSX and JSON files that people send each other.
"""
