"""Reach: who holds packs, and what else lay beside them; one answer for alerts and for recalls."""
