"""Books of entries: one mechanism for what an organisation writes down about itself.

Portfolio and inventory of technology are such books. A book is a value (`EntryBook`) that says what
its entries are and who may change them, its tables another (`BookFiles`); everything else is the
same for all, at every door: `console.books`, `api.entry_routes`, `cli.entry_commands`.

entries  read, put in, changed, taken out, and their history
files    tables taken in after a look, and given out
sheets   the columns of a table, each with the form of its cells
opening  a book as it is now, read once for each version
views    what people see of it
"""
