"""The command line: a door that translates arguments to services and results to text or JSON."""
