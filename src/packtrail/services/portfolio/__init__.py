"""The portfolio: what a company sells where and how, kept as a book of entries with its history.

books       the book of an organisation, and what other parts of Packtrail know of it
entries     reading, changing and taking out entries; their history
files       tables of products, licences, placements and partners: taken in and given out
"""
