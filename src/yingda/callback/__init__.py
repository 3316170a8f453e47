"""Promised calls: callers who hung up and keep their place in the queue."""
