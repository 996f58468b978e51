"""The store: PostgreSQL, and nothing between it and the SQL.

`embedded` runs a server of our own, `database` lends connections, `migrations` make the tables.
`capture` records events; `journeys`, `contents` and `census` say what they make of objects;
`events` answers queries. Every function works in the transaction of the connection it is given,
and sees only what the audiences it is given may see.
"""
