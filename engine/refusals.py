"""What the engine answers when it will not do what was asked: a code with parameters, for wording to say."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Something was asked that cannot be done; ``status`` is what HTTP calls it.

    A subclass may fix the ``code``, and is then raised with the parameters alone.
    """

    status: ClassVar[int] = 409
    code: str = ""

    def __init__(self, code: str = "", /, **params: object) -> None:
        self.code = code or type(self).code
        self.params = params
        told = ", ".join(f"{name}={value}" for name, value in params.items())
        super().__init__(f"{self.code}({told})")


class NotPermitted(Refusal):
    """The person holds no role that allows this here; ``permission`` is the one that is lacking."""

    status = 403
    code = "no_permission"


class NotFound(Refusal):
    """There is no such row, or none that this person may know of; ``what`` is its kind."""

    status = 404
    code = "not_found"


class OfAnother(NotFound):
    """The row is another person's: told as if there were none, and recorded on who asked."""
