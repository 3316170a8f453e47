"""Types that all shapes share."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from functools import cache
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    computed_field,
    model_validator,
)
from pydantic_core import PydanticCustomError, to_jsonable_python

_ID: Final = re.compile(r"^[0-9]{1,19}$", re.ASCII)
_MAX_ID: Final = 2**63 - 1


def _to_id(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_ID:
        return value
    if isinstance(value, str) and _ID.match(value) and int(value) <= _MAX_ID:
        return int(value)
    raise PydanticCustomError("id_wrong", "not an id")


def _no_controls(value: str) -> str:
    """Refuse what no keyboard types into one line: control characters, NUL, half of a surrogate pair."""
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise PydanticCustomError("string_pattern_mismatch", "control characters")
    return value


def several_lines(value: str) -> str:
    _no_controls(value.replace("\r", "").replace("\n", "").replace("\t", ""))
    return value.replace("\r\n", "\n").replace("\r", "\n")


Id = Annotated[int, BeforeValidator(_to_id), PlainSerializer(str, return_type=str),
               WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,19}$"})]
"""An identifier: decimal string outside, integer inside."""

Ms = Annotated[int, WithJsonSchema({"type": "integer", "description": "UTC milliseconds; 0 = not (yet)"})]

# the length stands before the check: behind a check Pydantic no longer knows that it measures a text
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
                 AfterValidator(_no_controls)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
                 AfterValidator(_no_controls)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64), AfterValidator(_no_controls)]
Medium = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_no_controls)]
Note = Annotated[str, StringConstraints(max_length=4000), AfterValidator(several_lines)]
StaffNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,19}$")]
ExtensionNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{2,8}$")]
DialledNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9]{2,20}$")]
TypedNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
                        AfterValidator(_no_controls)]
"""A telephone number as people type it: blanks, dashes and brackets allowed; normalised later."""
Asked = Annotated[str, AfterValidator(_no_controls)]
"""A text in an address; its length is limited where it is declared."""
Secret = Annotated[str, StringConstraints(min_length=1, max_length=200)]
IsoDate = Annotated[str, StringConstraints(pattern=r"^(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$")]


_EXACT_IN_A_BROWSER: Final = 2**53  # larger numbers lose their last digits there


def _exact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_exact(one) for one in value]
    return str(value) if isinstance(value, int) and abs(value) > _EXACT_IN_A_BROWSER else value


Facts = Annotated[dict[str, Any], AfterValidator(_exact)]
"""A free record for people to read; ids in it go out as texts, so that a page shows every digit."""


class In(BaseModel):
    """What comes in: a field that we do not know is refused, since it is a misspelt one."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _sent_back(cls, data: Any) -> Any:
        """What was read may be sent back as it is: its `rev` belongs into `If-Match`, and says nothing here."""
        if isinstance(data, dict) and "rev" in data and "rev" not in cls.model_fields:
            return {name: value for name, value in data.items() if name != "rev"}
        return data

    def values(self) -> dict[str, Any]:
        """The fields by name, ids as the integers that they are inside (a dump writes them as outside: strings)."""
        return {name: getattr(self, name) for name in type(self).model_fields}


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


@cache
def _edited(kind: type[Edited]) -> tuple[str, ...]:
    """The fields that can be edited, of those that are shown."""
    return tuple(sorted(kind.edits.model_fields.keys() & kind.model_fields.keys()))


class Edited(BaseModel):
    """What a form shows and sends back: `rev` tells what was read from what is there now.

    It covers the fields that can be edited, no others: a figure that moves by itself is nobody's change.
    """

    edits: ClassVar[type[BaseModel]]
    """What the form sends."""

    @computed_field(json_schema_extra={"readOnly": False})  # type: ignore[prop-decorator]
    @property
    def rev(self) -> str:
        """Give it back as `If-Match` when saving: refused with `changed_meanwhile` when somebody saved in between."""
        told = json.dumps({name: getattr(self, name) for name in _edited(type(self))}, default=to_jsonable_python,
                          sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:20]
