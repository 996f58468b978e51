"""The rule packs that come with Packtrail: data only, one folder a regime.

What they mean and how one is written is told in `docs/guides/new-market.md`; `packtrail.compliance`
reads them.
"""
