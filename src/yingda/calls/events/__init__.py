"""What can happen to a call (inputs of the machine) and what it tells the rest (its published facts).

`happened`: by itself; `asked`: by the rest of the house; `told`: the facts. All are read through this package, as `e`.
"""

from __future__ import annotations

from typing import TypeAlias

from yingda.calls.events.asked import *  # noqa: F403
from yingda.calls.events.asked import AnyAsked
from yingda.calls.events.happened import *  # noqa: F403
from yingda.calls.events.happened import AnyHappened
from yingda.calls.events.told import *  # noqa: F403

AnyEvent: TypeAlias = AnyHappened | AnyAsked
