"""What points to fakes, diversion and theft in many scans together: scored signals that explain.

`scans` is what is known, `rules_of_packs` looks at the history of one pack, `rules_of_lots`
at the data of a lot, `rules_of_actors` at what one actor asked, `chances` is the arithmetic, and
`detecting` puts the rules together.
"""
