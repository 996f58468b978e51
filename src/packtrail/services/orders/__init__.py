"""Work orders: their numbers, labels, steps, and the account at the end."""
