"""What every other package stands on: faults, findings and time."""
