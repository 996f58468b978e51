"""The programme: what has to be done, by when, by whom, and whether the dates will be made.

Values and pure decisions; the day is always an argument. Names: `Calendar` in `calendars`,
`WorkPackage`, `Deadline` and `Plan` in `work`, `schedule` in `scheduling`, `level` in `levelling`,
`compare` in `comparison`, what-if in `changes`, `propose` in `proposals`.
"""
