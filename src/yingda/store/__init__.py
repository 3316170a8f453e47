"""The database: one schema for SQLite and PostgreSQL, one unit of work, forward-only migrations."""
