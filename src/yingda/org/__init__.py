"""People, rights, logins, extensions, lines and the log of changes."""
