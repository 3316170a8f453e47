"""Prompts and music: recordings that callers hear, their versions, and the files that the switch plays."""
