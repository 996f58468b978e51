"""Inference: how far closed cases are believed, by whose decision, and on what evidence."""
