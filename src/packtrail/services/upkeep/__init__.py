"""The installation itself: its health, room, traffic, master key, backups, cluster."""
