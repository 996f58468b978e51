"""Pictures and text for people, from the values of the core: pure functions to str.

`journey` draws the journey of an object as SVG, `icons` holds the product's own icon set,
`times` and `identifiers` write moments and GS1 keys the way people read them, and `words` has the
word for each status, step and role. Screen, print and PDF use the same functions.
"""
