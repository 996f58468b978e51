"""Fuzzing: what every reader is asked for any input, bounded in CI and for hours by hand."""
