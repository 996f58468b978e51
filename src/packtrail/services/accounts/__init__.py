"""Who may act: organisations, people, programs with keys, and what they sign."""
