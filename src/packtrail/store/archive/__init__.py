"""Archives: a closed month as Parquet files that stand for themselves, with a manifest of hashes.

`exporting` writes one, `checking` holds it against its manifest and gives its documents back,
`moving` takes what it holds out of the database and brings it back, and `packtrail.store.shelf`
reads from it what was taken out.
"""
