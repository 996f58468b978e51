"""Use cases of capacity: what a forecast takes, kept, calibrated, and held against what is.

holdings       what this installation holds that the model asks for: packing, lines, rules
grounds        all inputs of an organisation, each from who knows it best
forecasts      forecasts, imported from tables
scenarios      what is assumed, with every change
runs           results, worked out and kept
calibrating    results of benchmarks
metering       what this installation does, sampled by a chore
outlook        meters beside the plan, and when they will reach what there is
business       the business case
files          spreadsheets and reports
"""
