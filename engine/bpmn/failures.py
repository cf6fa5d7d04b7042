"""Why an act cannot go on: the caller rolls back, and opens an incident for a failure."""

from typing import Any


class StepNotWaiting(Exception):
    """The token is not where the act expects it: completed already, withdrawn, or of another kind."""


class ActFailed(Exception):
    """The act cannot go on at `element`; `code` and `params` say why, `wording` has the sentence."""

    def __init__(self, element: str, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(f"{element}: {code} {params or {}}")
        self.element = element
        self.code = code
        self.params = params or {}


class ExpressionFailed(ActFailed):
    """A condition, script, timer or mapping has no value on the data of the case."""


class DecisionFailed(ActFailed):
    """A decision table gives no lawful result on the data of the case."""


class FlowFailed(ActFailed):
    """No flow can be taken, an error is caught by nothing, or the act does not come to rest."""
