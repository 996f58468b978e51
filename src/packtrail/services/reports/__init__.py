"""Reports to authorities and partners: who takes them, what is due, and the life of each.

receivers, facts    who takes which reports and how; what forms ask for beside events
watching            the chore that finds what is due in events that were recorded
gathering           from the store to the material of a report
making              build the files and check them; `preflight` for any other file
moving              approve, confirm, drop, send again; what a receiver answered by hand
sending             the chore that hands files over and asks for answers
viewing             lists, one report, its files, scores; `attention` for the home page
papers              a report for people to read, as PDF
verbs               what somebody can do with a report, by one word
selling             what the portfolio says of trade items
"""
