"""What partners ask over EPCIS: queries, their pages, and queries that stand."""
