"""Use cases of technology: the inventory, the radar, what lines can do, fit and upgrades.

Names: entries in `entries` and `books`, files in `files` and `sheets`, the radar in `radar`.
"""
