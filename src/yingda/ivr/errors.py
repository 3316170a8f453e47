"""What is refused about flows."""

from __future__ import annotations

from yingda.kit.errors import YingdaError


class FlowChanged(YingdaError):
    """Somebody else has saved a newer draft meanwhile."""

    code = "changed_meanwhile"
    status = 409


class FlowInUse(YingdaError):
    """A number, group or other flow still leads to it; `users` names them."""

    code = "flow_in_use"
    status = 409
