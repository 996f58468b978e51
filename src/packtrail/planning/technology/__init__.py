"""Technology: what systems there are, until when each is kept up, and what lines can do.

inventory   systems by ISA-95 level, as people enter them, with own support dates and measurements
support     until when vendors keep common products up: dated data with sources
radar       what goes out of support when, and which lines, products and markets that endangers
abilities   what a line can do: measured, by its equipment, or said
fit         what the rules of a market ask against what lines can do, with options and their cost
upgrades    the work that follows from the radar, offered to a plan
"""
