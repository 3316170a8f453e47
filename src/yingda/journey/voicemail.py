"""Message boxes: a group's, by its number, or a person's own, by his extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yingda.acd.policy import Policy
from yingda.calls import events as e
from yingda.kit.ids import new_id, switch_name

if TYPE_CHECKING:
    from yingda.calls.state import Call
    from yingda.journey.story import Story

GREETING = ("sound:yd/leave-message",)
PROMPT_BOX = "prompt"  # what is said on the phone for a prompt
_PROMPT_LONGEST_S = 300
_PROMPT_SHORTEST_MS = 500


def take_down(story: Story, call: Call, at: int) -> None:
    """After the tone the phone records a prompt; then it can be heard, kept or said again, as a message can."""
    segment = str(new_id())
    story.desk.post(call.id, e.LeaveMessage(
        at=at, box=PROMPT_BOX, segment=segment, recording=f"{call.id}-{segment}", greeting=(),
        playback=switch_name("play"), longest_s=_PROMPT_LONGEST_S, shortest_ms=_PROMPT_SHORTEST_MS))


def leave_message(story: Story, call: Call, box: str, at: int) -> str:
    """Lead the caller to the box; "" when he is on his way there, "unknown" when nobody has that box."""
    queue = story.site.queue_by_number.get(box)
    person = None if queue else story.site.person_by_extension.get(box)
    if queue is None and person is None:
        return "unknown"
    segment = str(new_id())
    policy = queue.policy if queue else Policy(box_greeting=story.box_greeting(box))
    story.desk.post(call.id, e.LeaveMessage(
        at=at, box=box, segment=segment, recording=f"{call.id}-{segment}", longest_s=policy.box_longest_s,
        greeting=(f"sound:{policy.box_greeting}",) if policy.box_greeting else GREETING,
        playback=switch_name("play"), queue_id=queue.id if queue else "", owner_id=person.id if person else ""))
    return ""
