"""Events as a diagram means them: what can happen, and what of it is resolved on the data of a case."""

import datetime
import re
from dataclasses import dataclass
from typing import Any, Literal

from engine.bpmn.expressions import Expression
from engine.bpmn.failures import ExpressionFailed
from engine.bpmn.nodes import value_of
from engine.bpmn.tokens import Token

_PARTS = r"(?:\d+Y)?(?:\d+M)?(?:\d+(?:\.\d+)?W)?(?:\d+(?:\.\d+)?D)?"
_TIMES = r"(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?"
DURATION = rf"P(?=.){_PARTS}(?:T(?=.){_TIMES})?"
DATE = r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:(?:Z|[+-]\d\d:?\d\d)(?:\[[A-Za-z_/+-]+\])?)?)?"
ISO = {
    "date": re.compile(DATE),
    "duration": re.compile(DURATION),
    "cycle": re.compile(rf"R\d*/(?:{DATE}/)?{DURATION}"),
}
"""What the text of each kind of timer must be once resolved."""
SECONDS = {"H": 3600, "M": 60, "S": 1}
DAYS = {"Y": 366, "M": 31, "W": 7, "D": 1}
LONGEST = 366 * 1000  #: days that a duration may last

TimerKind = Literal["date", "duration", "cycle"]


@dataclass(frozen=True, slots=True)
class TimerEvent:
    """A moment that the caller watches for; `text` is an ISO literal or an expression that gives one."""

    timer: TimerKind
    text: str | Expression
    kind: str = "timer"


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """A message or signal by its name; `correlation`: keys with the expressions that give their values.

    `lenient`: a key whose value the data do not hold yet is left out (BPMN's correlation properties, which speak of the
    message's content). `spelled`: gives the name on the data of the case, where it is not the same for all.
    """

    kind: Literal["message", "signal"]
    name: str
    correlation: tuple[tuple[str, Expression], ...] = ()
    lenient: bool = False
    spelled: Expression | None = None


@dataclass(frozen=True, slots=True)
class CodeEvent:
    """An error, escalation, cancel, terminate or compensate by its code; None catches every code.

    Of a compensate event `code` is the activity to undo (None: all of the scope), `waits` whether it waits for that.
    `code_as`: the variable that takes the code where it is caught.
    """

    kind: str
    code: str | None = None
    name: str = ""
    waits: bool = True
    code_as: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionEvent:
    """Happens when its condition comes to hold."""

    condition: Expression
    kind: str = "conditional"


Event = TimerEvent | NamedEvent | CodeEvent | ConditionEvent


def resolved(event: TimerEvent, token: Token, element: str) -> str:
    """The timer's ISO text on the data of the token; raises ExpressionFailed."""
    value = event.text if isinstance(event.text, str) else value_of(event.text, token, element)
    text = value.isoformat() if isinstance(value, datetime.date) else str(value).strip()
    if not is_timer(event.timer, text):
        raise ExpressionFailed(element, "bad_timer", {"kind": event.timer, "value": text[:40]})
    return text


def is_timer(kind: str, text: str) -> bool:
    """Whether a text is a date, duration or cycle of ISO 8601 that there can be: no 13th month, no cycle without time
    between its rounds, nothing beyond a thousand years."""
    if not ISO[kind].fullmatch(text):
        return False
    parts = text.split("/")
    dates = [text] if kind == "date" else parts[1:-1]
    days = _days(parts[-1]) if kind != "date" else 1
    return all(_is_date(date) for date in dates) and days <= LONGEST and (kind == "duration" or days > 0)


def _is_date(text: str) -> bool:
    try:
        datetime.datetime.fromisoformat(text.partition("[")[0])
    except ValueError:
        return False
    return True


def _days(duration: str) -> float:
    """About how many days a duration lasts."""
    days, _, times = duration[1:].partition("T")
    whole = sum(float(number) * DAYS[unit] for number, unit in re.findall(r"([\d.]+)([YMWD])", days))
    rest = sum(float(number) * SECONDS[unit] for number, unit in re.findall(r"([\d.]+)([HMS])", times))
    return whole + rest / 86_400


def next_round(text: str) -> str | None:
    """What remains of a cycle after one round, counted from that round; None when it was the last."""
    rounds, *rest = text[1:].split("/")
    duration = next(part for part in rest if part.startswith("P"))
    if rounds == "":
        return f"R/{duration}"
    return f"R{int(rounds) - 1}/{duration}" if int(rounds) > 1 else None


def name_of(event: NamedEvent, token: Token, element: str) -> str:
    """The event's name on the data of the token; raises ExpressionFailed."""
    return event.name if event.spelled is None else str(value_of(event.spelled, token, element))


def correlation(event: NamedEvent, token: Token, element: str) -> dict[str, Any]:
    """Values of the event's correlation keys on the data of the token; raises ExpressionFailed."""
    seen = token.data
    return {
        key: value_of(expression, token, element)
        for key, expression in event.correlation
        if not event.lenient or all(name in seen for name in expression.names)
    }
