"""Several people may write at one call's note: each part stays, and nobody's is written over by who did not know it.

Pure.
"""

from __future__ import annotations


def joined(stored: str, before: str | None, text: str) -> str:
    """What stands after `text` is saved by somebody who had read `before` (None: he means the whole note).

    Whoever read what is stored replaces it. Else his own part, as he last saved it, is replaced where it stands; and
    what has no part there yet follows on a line of its own. The order of two who save at once makes no difference to
    what is kept.
    """
    stored, text = stored.strip(), text.strip()
    read = None if before is None else before.strip()
    if read is None or read == stored or not stored:
        return text
    at = f"\n{stored}\n".find(f"\n{read}\n") if read else -1  # whole lines: a word may stand in another's sentence
    if at >= 0:
        return (stored[:at] + text + stored[at + len(read):]).strip()
    if not text or text in stored:
        return stored
    return text if stored in text else f"{stored}\n{text}"
