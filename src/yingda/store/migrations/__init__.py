"""Alembic's folder.

Only forward: a new file in `versions` per change of the schema, never an edit of an old one.
"""
