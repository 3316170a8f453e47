"""What a queue does with its callers beside giving them to agents: hours, overflow, the agent of last time, words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yingda.acd.announce import announcement, first_announcement
from yingda.acd.sticky import DAY_MS, ago
from yingda.calls import events as e
from yingda.journey.directory import Queue
from yingda.kit.destination import parse
from yingda.kit.ids import new_id, switch_name

if TYPE_CHECKING:
    from yingda.calls.state import Call
    from yingda.journey.story import Story

# how a call ends that is told goodbye where it overflows
_OUTCOMES = {"closed": "out_of_hours", "nobody": "no_agents", "breaks": "no_agents", "full": "queue_full",
             "wait": "queue_timeout", "exit": "left_queue"}
_CLOSED = {"closed": "yd/after-hours", "holiday": "yd/holiday"}
_MOST_HOPS = 8  # two queues that send their callers to each other must not do so for ever
_NO_AGENT = ("sound:yd/no-agent",)


class WaitingRoom:
    def __init__(self, story: Story) -> None:
        self._story = story

    # ---- overflow

    def turned_away(self, call_id: str, queue: Queue, at: int) -> bool:
        """Before a caller comes to wait: sends him on if the queue does not take him in now."""
        policy = queue.policy
        hours = self._story.site.hours(policy.plan_id, at)
        if hours != "open":
            return self._leave(call_id, queue, "closed", policy.closed_to, at, _CLOSED[hours])
        lacking = self._story.staffing.lacking(queue.id)
        if lacking and self._leave(call_id, queue, lacking, self._way_out(queue, lacking), at):
            return True
        full = policy.full_length and self._story.dispatcher.length(queue.id) >= policy.full_length
        return bool(full) and self._leave(call_id, queue, "full", policy.full_to, at)

    def nobody_left(self, queue_id: str, at: int) -> None:
        """The last agent at work has gone: those who wait are sent on, where the queue says so."""
        queue = self._story.site.queues.get(queue_id)
        lacking = self._story.staffing.lacking(queue_id)
        if queue is None or not lacking or not self._way_out(queue, lacking):
            return
        for entry in self._story.dispatcher.waiting(queue_id):
            self._leave(entry.call_id, queue, lacking, self._way_out(queue, lacking), at)

    def waited_too_long(self, call_id: str, queue_id: str, at: int) -> None:
        queue = self._story.site.queues.get(queue_id)
        if queue is None:  # archived meanwhile
            self._story.close(call_id, "queue_timeout", _NO_AGENT)
        else:
            self._leave(call_id, queue, "wait", queue.policy.wait_to, at)

    def keyed(self, call: Call, digit: str, at: int) -> None:
        queue = self._story.site.queues.get(call.queue_id)
        if queue is not None and queue.policy.exit_key == digit:
            self._leave(call.id, queue, "exit", queue.policy.exit_to, at)

    def number_closed(self, call_id: str, to: str, hours: str, at: int) -> None:
        """The number that was dialled is not served now."""
        target = parse(to)
        if target is None or target.kind == "hang_up":
            prompt = (target and target.value) or _CLOSED[hours]
            self._story.close(call_id, "out_of_hours", (f"sound:{prompt}",))
        elif self._story.destinations.go(call_id, to, at):
            self._story.close(call_id, "out_of_hours", (f"sound:{_CLOSED[hours]}",))

    @staticmethod
    def _way_out(queue: Queue, lacking: str) -> str:
        return queue.policy.nobody_to if lacking == "nobody" else queue.policy.breaks_to

    def _leave(self, call_id: str, queue: Queue, reason: str, to: str, at: int, prompt: str = "yd/no-agent") -> bool:
        """False when there is no way on: the caller stays. Whither he goes is said when the queue has let him go."""
        if parse(to) is None:
            return False
        self._story.desk.post(call_id, e.Overflow(at=at, queue_id=queue.id, segment=str(new_id()), reason=reason,
                                                  to=to, say=prompt))
        return True

    def on_overflow(self, call: Call, fact: e.CallOverflowed) -> None:
        target = parse(fact.to)
        outcome = _OUTCOMES[fact.reason]
        if target is not None and target.kind == "hang_up":
            say = target.value or ("" if fact.reason == "exit" else fact.say)
            self._story.close(call.id, outcome, (f"sound:{say}",) if say else ())
        elif len(call.overflows) > _MOST_HOPS or self._story.destinations.go(call.id, fact.to, fact.at):
            self._story.close(call.id, outcome, _NO_AGENT)

    # ---- the agent of last time

    def wanted(self, call: Call, queue: Queue, at: int) -> tuple[str, str]:
        """(agent id, when he served the caller), ("", "") when the call is for everybody."""
        policy = queue.policy
        found = policy.sticky and self._story.last_agents.of(call.customer_number, at - policy.sticky_days * DAY_MS)
        if not found:
            return "", ""
        agent_id, served_at = found
        person = self._story.site.people.get(agent_id)
        agent = self._story.agents.get(agent_id)
        there = agent.presence in ("ready", "wrapping_up") and agent.next_presence in ("", "ready")
        if person is None or not there or all(queue_id != queue.id for queue_id, _ in person.queues):
            return "", ""
        if agent.engagement != "free" and not policy.sticky_wait_s:
            return "", ""
        return agent_id, ago(at - served_at)

    # ---- words

    def on_tick(self, call: Call, fact: e.QueueTick) -> None:
        queue = self._story.site.queues.get(call.queue_id)
        if fact.name == "sticky":
            self._story.distribution.release(call.id)
        elif queue is not None and queue.policy.announce_every_s:
            self._announce(call, queue, fact.at)

    def _announce(self, call: Call, queue: Queue, at: int) -> None:
        story = self._story
        place = story.dispatcher.position(call.id)
        agents = story.staffing.shared(queue.id, lambda one: story.dispatcher.length(one) > 0)
        expected = story.pace.expected_ms(queue.id, place, agents)
        self._story.desk.post(call.id, e.Announce(
            at=at, playback=switch_name("play"), media=announcement(queue.policy, place, expected, call.language),
            every_ms=queue.policy.announce_every_s * 1000))

    def resume(self, call: Call, at: int) -> None:
        """After a restart: a caller whose next announcement was lost in the crash gets it all the same."""
        queue = self._story.site.queues.get(call.queue_id)
        if queue and queue.policy.announce_every_s and not any(t.name == "announce" for t in call.timers):
            self._story.desk.post(call.id, e.Announce(at=at, playback="", media=(),
                                                      every_ms=first_announcement(queue.policy)))
