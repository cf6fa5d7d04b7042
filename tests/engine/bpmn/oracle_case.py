"""Where a case stands, for the oracle: running scopes and the tokens in them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Token:
    """A token on a flow into a join, or at a node that waits; `waiting`: instances of a step, `left`: yet to come."""

    at: str
    waiting: int = 0
    left: int = 0
    armed: list[str] = field(default_factory=list)
    frames: list["Frame"] = field(default_factory=list)


@dataclass(eq=False)
class Frame:
    """A running scope; `names`: the counters it holds itself; `owner`: the token at its activity."""

    scope: str
    names: dict[str, Any] | None = None
    outer: "Frame | None" = None
    owner: Token | None = None
    tokens: list[Token] = field(default_factory=list)
    armed: list[str] = field(default_factory=list)

    def get(self, name: str) -> Any:
        if self.names is not None and name in self.names:
            return self.names[name]
        return self.outer.get(name) if self.outer else False

    def set(self, name: str, value: Any) -> None:
        if self.names is not None:
            self.names[name] = value
        elif self.outer:
            self.outer.set(name, value)


def key_of(frame: Frame) -> tuple[Any, ...]:
    """The same for scopes that cannot be told apart."""
    tokens = [
        (token.at, token.waiting, token.left, sorted(token.armed), sorted(map(key_of, token.frames)))
        for token in frame.tokens
    ]
    return frame.scope, sorted((frame.names or {}).items()), sorted(frame.armed), sorted(tokens)
