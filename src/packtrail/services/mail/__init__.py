"""Mail: recorded in the transaction of its cause, sent by a chore, never sent twice knowingly."""
