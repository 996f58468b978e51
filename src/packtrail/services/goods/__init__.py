"""Packs and what holds them: where they are, what became of them, what is wrong about them."""
