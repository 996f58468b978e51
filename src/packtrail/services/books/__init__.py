"""Books of entries: one mechanism for what an organisation writes down about itself.

Portfolio and inventory of technology are such books. A book is a value (`EntryBook`) that says what
its entries are and who may change them; everything else is the same for all.
"""
