"""Production: work orders, what a packaging line did, and the verbs of its floor.

Pure decisions over values. A verb (`commission`, `pack`, `destroy`, ...) looks at what is known of
the objects it touches and returns a decision: findings, and the events to record. Production,
preview and simulation call the same function, `packtrail.production.verbs.decide`.
"""
