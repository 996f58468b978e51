"""What holds what: containment over time, from packing and unpacking."""
