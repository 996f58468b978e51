"""Use cases: one function is one of them, with its permission, transaction and audit row.

Every function takes the application and the actor first. Reads see only what the actor's
organisation may see, in the query itself; every write leaves an audit row in its own transaction.
"""
