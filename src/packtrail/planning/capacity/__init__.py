"""Capacity: what a forecast of packs takes, and whether what is there will do.

estimating     figures with their ranges, from inputs that say why they are believed
model          the inputs and formulas of serialisation
forecasts      a forecast of packs by product, market and month
scenarios      what somebody assumes instead
calibrating    inputs from benchmarks of this very installation
meters         what this installation does, measured day by day
walls          when a meter will reach what there is
business       investment, running cost, cost of delay, people by role
replaying      a simulated year beside what was predicted of it
"""
