"""Serial numbers: what they may look like, and which is the next.

Names: `Policy` in `policy`, `Ff1` in `ff1`, the numberings and `Pool` in `pool`, wrapping of their
keys in `keys`. Import the module that is needed: most of them load NumPy.
"""
