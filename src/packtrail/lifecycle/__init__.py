"""What an object is: a fold over what happened to it, never stored.

Names: `Step` and `Standing` in `journey`, `fold` and `examine` in `fold`, the rules as tables in
`rules`, the same fold over many objects at once in `sweep`.
"""
