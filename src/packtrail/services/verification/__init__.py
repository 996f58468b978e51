"""Is this pack genuine, and may it be supplied: asked by people, pharmacies, partners."""
