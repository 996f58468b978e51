"""Recalls and drills: who holds what now, what they were told, what came back, what is missing."""
