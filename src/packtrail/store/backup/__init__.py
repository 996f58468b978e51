"""Backups of the store: a folder that says what it holds, proves that it is whole, and goes back.

    packtrail-20261128T124000Z/
      manifest.json   what it is, SHA-256 of the files that vouch for it, a sample to compare with
      base/           a base backup: the cluster as PostgreSQL copied it, with `backup_manifest`
      conf/           the operator's own settings of the embedded server
      tables/         or, portable: a file a table, PostgreSQL's COPY text, compressed with zstd

The manifest is written last: a folder without one is no backup. No key that encrypts anything is
ever in a backup; the manifest tells which master key the pools of serial numbers need.
"""
