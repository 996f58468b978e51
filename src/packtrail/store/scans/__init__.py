"""Scans over archives: questions that look at every event, asked of the files, not of the database.

A scan is one SQL text. DuckDB runs it on one machine, Spark on a cluster; both see the same views:
`mentions` (the files of that name of all archives), `places` and `limits`.
"""
