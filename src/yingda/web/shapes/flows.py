"""Voice flows for their editor. The document's form stands in `ivr/models.py` and `docs/flows.md`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from yingda.web.shapes.common import Asked, Id, In, Medium, Ms, Name, Out


def _storable(value: Any, depth: int = 0) -> Any:
    """JSON that both databases take: no zero character, no half of a surrogate pair, not endlessly deep."""
    if depth > 12:
        raise PydanticCustomError("string_pattern_mismatch", "too deep")
    match value:
        case str():
            if any(ch == "\x00" or 0xD800 <= ord(ch) < 0xE000 for ch in value):
                raise PydanticCustomError("string_pattern_mismatch", "control characters")
        case dict():
            for key, one in value.items():
                _storable(key, depth + 1)
                _storable(one, depth + 1)
        case list():
            for one in value:
                _storable(one, depth + 1)
    return value


Document = Annotated[dict[str, Any], AfterValidator(_storable)]
"""`{"start": key, "error": key or "", "nodes": {key: node}}`"""


class FlowOut(Out):
    id: Id
    number: int  # dialled behind *60 it tries the draft
    name: str
    version: int  # 0: never published
    draft_rev: int
    changed: bool  # the draft differs from what callers hear
    draft_at: Ms
    draft_by_name: str
    published_at: Ms
    archived_at: Ms
    numbers: list[str]  # dialled numbers that lead straight here


class FlowDetail(FlowOut):
    draft: dict[str, Any]  # secret header values are shown as ••••••


class FlowNew(In):
    name: Name
    draft: Document = Field(default_factory=dict)


class FlowName(In):
    name: Name


class DraftIn(In):
    rev: int  # `draft_rev` of the draft that was changed; refused with `changed_meanwhile` when there is a newer one
    draft: Document


class CheckIn(In):
    draft: Document | None = None  # none: the draft that is stored


class FaultOut(Out):
    node: str  # "": the flow as a whole
    field: str
    code: str
    severity: Literal["error", "warning"]


class PublishIn(In):
    note: Medium = ""


class TestCallIn(In):
    draft: Document | None = None  # none: the draft that is stored
    caller: Asked = Field(default="", max_length=30)  # the number that the flow is to believe calls


class TestCallOut(Out):
    call_id: str


class VersionOut(Out):
    version: int
    note: str
    published_at: Ms
    published_by_name: str
    current: bool


class VersionDetail(VersionOut):
    nodes: dict[str, Any]


class RestoreIn(In):
    rev: int


class FlowFile(In):
    """An exported flow. Secret values are left out."""

    yingda_flow: Literal[1] = 1
    name: Name
    document: Document


class NodeFigures(Out):
    node: str
    title: str  # in the present version, "" when the node exists no more
    kind: str
    entries: int
    ways: dict[str, int]  # how callers left: "key:1", next, failed, timed_out, "rule:0", otherwise, hang_up …
    timeouts: int
    invalid: int
    hang_ups: int
    errors: int


class FlowFigures(Out):
    flow_id: Id
    version: int | None
    since: Ms
    until: Ms
    entries: int  # calls that entered the flow
    errors: int  # falls to the error exit
    nodes: list[NodeFigures]


class SoundOut(Out):
    name: str  # as it stands in a flow: "yd/welcome"
    languages: list[str]
    texts: dict[str, str]  # what is said, by language, where it is known
