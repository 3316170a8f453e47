"""Tables of the menus (flows), their versions, figures and answers.

A flow is one JSON document, the same in drafts, versions and exported files:

    {"start": key, "error": key or "", "nodes": {key: node}}

`error` is the one node where the flow goes when something fails that no exit of a node foresees (a look-up that
breaks, a
target that has gone, a loop that turns too often); "" ends the call with a spoken excuse. Every such fall is counted
apart. Keys are 1 to 40 letters, digits, `_` or `-`. Every node has

- `kind`, `title` (shown on the agent's screen as the path taken; 60 characters at most)
- `x`, `y`: numbers, where the editor draws it; the engine does not read them

and the fields of its kind. "Exit" fields hold the key of a node. `prompts` are names under the sound folder without
language or suffix ("yd/welcome"). Texts marked (template) may hold `{variable}`.

- `play`: `prompts`, exit `next`
- `menu`: `prompts`, `keys` {digit: exit}, `timeout_s` (1–60, waits after the prompt; 6), `retries` (0–9 further
  attempts; 2), `invalid_prompts`, `timeout_prompts`, exit `failed` (attempts used up), exit `timed_out` (the same by
  silence; "" = `failed`)
- `collect`: `prompts`, `variable`, `min_length` (1), `max_length` (1–30), `end_key` ("#", "*" or ""), `timeout_s` (to
  the first digit; 6), `digit_timeout_s` (between digits, 1–20; 4), `retries`, `invalid_prompts`, `timeout_prompts`,
  `masked` (digits are not shown on screens), exits `next`, `failed`
- `branch`: `rules` [{`title`, `when` [condition], `next` exit}]: the first rule of which all conditions hold; exit
  `otherwise`
- `http`: `method` GET or POST, `url` (template), `headers` [{`name`, `value` (template), `secret`}], `body`
  (template, POST), `timeout_s` (1–20; 5), `prompts` (heard meanwhile), `into` [{`path` "data.points", `variable`}],
  exits `next` (2xx), `failed`
- `pin`: `prompts` (yd/enter-pin), `by` (variable with a customer's number or plate; "" = the caller's number),
  `length` (4–12 at most; 6), `retries`, `timeout_s`, `invalid_prompts` (yd/wrong-pin), `timeout_prompts`, exits
  `next` (right), `failed` (wrong too often, or no such customer), `locked`, `unavailable` (look-up failed; "" =
  `failed`). Sets `pin` = ok, failed, locked, none or unavailable
- `queue`: `queue` (number), `priority` (0–100 steps added), `prompts` (heard before the music)
- `agent`: `agent` (extension or employee number, template), exit `failed` (busy, no answer, no such person)
- `number`: `number` (outside number, template), exit `failed`
- `voicemail`: `box` (number of a group, or an extension)
- `callback`: `queue` (number), exit `failed` (no number to call back)
- `survey`: `question` (name of the answer, 1–40 characters), `prompts`, `answers` {digit: score}, `timeout_s`,
  `retries`, `invalid_prompts`, `timeout_prompts`, exits `next`, `failed` (no answer; "" = `next`)
- `say`: `variable`, `as` number, digits, amount or date, `prompts` (before), `after` (prompts behind), exit `next`
- `set`: `variable`, `value` (template), exit `next`
- `sub_flow`: `flow` (id), exit `next` (where the caller goes on when that flow returns)
- `return`: back to the flow that called this one; where none did, the call ends
- `language`: `language` zh or en; or `keys` {digit: language} with `prompts`, `timeout_s`, `retries`,
  `invalid_prompts`, `timeout_prompts` to let the caller choose (`language` stays without a choice); exit `next`
- `hang_up`: `prompts` (heard before; may be empty)

Conditions of a branch, each with `on`, and `not`: true to turn it round:

- `time`: `days` [1–7, Monday is 1; empty = all], `from`, `to` ("09:00"; `to` before `from` runs over midnight),
`dates`
  ["2026-10-01"] (empty = all); in the site's zone
- `hours`: `plan` (id of a plan of working hours): open now
- `caller`: `list` black, white or vip; or `numbers` [..] with `prefix` true for all numbers that begin so
- `area`: `areas` ["北京", "广东"]: where the caller's number is from
- `variable`: `name`, `is` equals, differs, contains, starts, greater, less, empty or filled; `value` (template)
- `customer`: `is` known, vip, level or verified (by PIN); `value` (of level)

Variables are words of letters, digits and `_` (40 at most); values are texts up to 500 characters. Always there:
`caller`,
`called`, `language`, `date` (2026-11-25), `time` (22:15); after a look-up of the customer: `customer_id`,
`customer_name`, `customer_level`, `customer_vip`; after a PIN: `pin`.

What the check tells: {`node` key or "", `field` ("keys.1", "rules.0.when.1.value"), `code`, `severity`}. Faults of
severity `error` keep a flow from being published:

    required       nothing there where something must be
    unknown        a kind, exit, key, list or word that does not exist
    malformed      not a number, time, name, address or template as it must be
    out_of_range   a number outside its bounds
    too_long       a text, or a list of prompts, rules, keys … longer than allowed
    twice          two rules, headers or variables of the same name
    no_queue, no_agent, no_flow, no_box   the target does not exist, or is not in use
    not_published  the sub-flow has never been published
    recursion      the sub-flow leads back into this flow
    no_prompt      there is no such sound in the site's language
    endless        a ring of nodes that never waits for the caller and has no way out
    no_way_out     from here no end of the call, queue, agent … can ever be reached
    prompt_missing_in   (warning) the sound exists in the site's language but not in the other one
    unreachable    (warning) nothing leads to this node
    never_set      (warning) a variable is read that nothing sets
    insecure       (warning) a secret header is sent without https

`flow.draft` is the one that is being edited (`draft_rev` rises with every save: saving over a newer one is refused),
`flow.nodes` the newest published one, equal to its row in `flow_version`. Secret values of headers are sealed with
the
site key (`sealed:…`) before they are stored; screens get `••••••`, and sending that back keeps what is there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from yingda.store.base import Base, Json


class Flow(Base):
    """`number`: short, for telephones, never given again. `version` 0: never published.

    `archived_at`: UTC ms, 0 = in use.
    """

    __tablename__ = "flow"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(unique=True, index=True)
    name: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=0)
    draft: Mapped[dict[str, Any] | None] = mapped_column(Json)
    draft_rev: Mapped[int] = mapped_column(default=1)
    draft_at: Mapped[int] = mapped_column(default=0)
    draft_by: Mapped[int | None]
    nodes: Mapped[dict[str, Any] | None] = mapped_column(Json)
    published_at: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[int] = mapped_column(default=0)


class FlowVersion(Base):
    """Every version that callers have ever heard. `published_by`: person id, None for the system."""

    __tablename__ = "flow_version"

    flow_id: Mapped[int] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    nodes: Mapped[dict[str, Any]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(default="")
    published_at: Mapped[int]
    published_by: Mapped[int | None]


class FlowStat(Base):
    """How often callers came to a node and left it in one hour. `hour`: its begin, UTC ms.

    `way`: enter, or how they left: `key:1`, next, failed, timed_out, otherwise, `rule:0`, …, hang_up (the caller);
    or what happened there: timeout, invalid, error.
    """

    __tablename__ = "flow_stat"
    __table_args__ = (Index(None, "flow_id", "hour"),)

    flow_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(primary_key=True)
    way: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


BY_LINK = 2**61  # no journal counts so far


class SurveyAnswer(Base):
    """One question that a caller heard after or in a call. `score` None: he did not answer (which is not the worst).

    `n`: number of the journal entry, or from `BY_LINK` on: given on the page that an SMS led to. `agent_id`,
    `queue_id`: who served him last before it, None when nobody did.
    """

    __tablename__ = "survey_answer"
    __table_args__ = (Index(None, "at", "call_id"), Index(None, "agent_id", "at"))

    call_id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]
    flow_id: Mapped[int]
    question: Mapped[str]
    key: Mapped[str] = mapped_column(default="")
    score: Mapped[int | None]
    agent_id: Mapped[int | None]
    queue_id: Mapped[int | None]
    customer_id: Mapped[int | None] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(default="")
