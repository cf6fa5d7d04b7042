"""Event definitions and repetitions, each in a word."""

from tests.engine.bpmn.drawing import escaped, timed

CANCEL = "<cancelEventDefinition/>"
TERMINATE = "<terminateEventDefinition/>"
DAY = timed("timeDuration", "P1D")
HOURLY = timed("timeCycle", "R3/PT1H")


def message(name: str) -> str:
    return f'<messageEventDefinition messageRef="message_{name}@"/>'


def signal(name: str) -> str:
    return f'<signalEventDefinition signalRef="signal_{name}@"/>'


def error(code: str | None = None) -> str:
    return f'<errorEventDefinition errorRef="error_{code}@"/>' if code else "<errorEventDefinition/>"


def escalation(code: str | None = None) -> str:
    said = f' escalationRef="escalation_{code}@"' if code else ""
    return f"<escalationEventDefinition{said}/>"


def condition(text: str) -> str:
    inner = f"<condition>{escaped(text)}</condition>"
    return f"<conditionalEventDefinition>{inner}</conditionalEventDefinition>"


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}@"/>'


def compensation(of: str | None = None) -> str:
    said = f' activityRef="{of}@"' if of else ""
    return f"<compensateEventDefinition{said}/>"


def several(
    *,
    count: str = "",
    of: str = "",
    item: str = "",
    into: str = "",
    result: str = "",
    until: str = "",
    one_by_one: bool = False,
) -> str:
    """Multi-instance: a cardinality or a collection, the item's name, the output list and what each gives it."""
    inner = f"<loopCardinality>{escaped(count)}</loopCardinality>" if count else ""
    inner += f"<loopDataInputRef>{of}@</loopDataInputRef>" if of else ""
    inner += f"<loopDataOutputRef>{into}@</loopDataOutputRef>" if into else ""
    inner += f'<inputDataItem id="item_{item}@" name="{item}@"/>' if item else ""
    inner += f'<outputDataItem id="result_{result}@" name="{result}@"/>' if result else ""
    inner += f"<completionCondition>{escaped(until)}</completionCondition>" if until else ""
    kind = "multiInstanceLoopCharacteristics"
    return f'<{kind} isSequential="{str(one_by_one).lower()}">{inner}</{kind}>'


def loop(until: str = "", *, before: bool = False, most: int | None = None) -> str:
    """A standard loop; goes on while the condition holds."""
    said = f' testBefore="{str(before).lower()}"' + (f' loopMaximum="{most}"' if most is not None else "")
    inner = f"<loopCondition>{escaped(until)}</loopCondition>" if until else ""
    return f"<standardLoopCharacteristics{said}>{inner}</standardLoopCharacteristics>"


def associated(source: str, target: str) -> str:
    """The dotted line from a compensation event to its handler."""
    return (
        f'<association id="{source}@_to_{target}@" associationDirection="One" '
        f'sourceRef="{source}@" targetRef="{target}@"/>'
    )
