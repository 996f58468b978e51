"""Use cases of programmes: open them, write into them, schedule, compare, report.

Names: programmes in `programmes`, their entries in `books` and `writing`, schedules in
`scheduling`, proposals in `proposing`, what-if in `trying`, baselines in `baselines`.
"""
