"""Is this pack genuine, and may it be supplied? A pure decision over what is recorded.

`reading` finds out which pack a scan means, `judging` decides what is to be said of it, and every
reason is told in the order in which a person can act on it.
"""
