"""What BPMN 2.0.2 forbids, or gives no meaning to, is refused when the file is read."""

from tests.conformance.definitions import CANCEL, DAY, compensation, error, link, message
from tests.conformance.fragments import (
    Fragment,
    beside,
    boundary,
    called,
    catch,
    end,
    node,
    start,
    sub,
    throw,
    users,
    whole,
)

ENDS = start() + end()
FAILS = sub("sub", start(name="is") + users("i") + end(error("E1"), "ie"), "is > i > ie")
HANDLER = node("userTask", "u", isForCompensation="true")


def refused(name: str, code: str, elements: str, *ways: str, around: str = "") -> Fragment:
    return whole(f"refused: {name}", elements, *ways, around=around, done="", refused=code)


CONSTRUCTS = (
    refused(
        "an error on the boundary that does not interrupt",
        "unsupported_event",
        ENDS + FAILS + boundary("b", "sub", error("E1"), interrupting=False) + users("late"),
        "s > sub > e",
        "b > late",
    ),
    refused(
        "an error handler that does not interrupt",
        "unsupported_event",
        ENDS
        + users("a")
        + beside("es", start(error("E1"), "m", isInterrupting="false") + users("h"), "m > h"),
        "s > a > e",
    ),
    refused(
        "a cancel end outside a transaction",
        "unsupported_event",
        start() + users("a") + end(CANCEL, "t"),
        "s > a > t",
    ),
    refused(
        "a cancel event on what is no transaction",
        "unsupported_event",
        ENDS + FAILS + boundary("b", "sub", CANCEL) + users("late"),
        "s > sub > e",
        "b > late",
    ),
    refused(
        "a compensation event without a handler",
        "compensation_without_handler",
        ENDS + users("a") + boundary("c", "a", compensation()),
        "s > a > e",
    ),
    refused(
        "a compensation handler in the flow", "flow_to_apart", ENDS + users("a") + HANDLER, "s > a > u > e"
    ),
    refused(
        "compensation of what does not exist",
        "unknown_reference",
        ENDS + users("a") + throw("t", compensation("nobody")),
        "s > a > t > e",
    ),
    refused(
        "an event sub-process without a start event",
        "event_sub_start",
        ENDS + users("a") + beside("es", users("h")),
        "s > a > e",
    ),
    refused(
        "an event sub-process with a none start",
        "event_sub_start",
        ENDS + users("a") + beside("es", start(name="m") + users("h"), "m > h"),
        "s > a > e",
    ),
    refused(
        "an event sub-process with two starts",
        "event_sub_start",
        ENDS
        + users("a")
        + beside(
            "es", start(message("x"), "m1") + start(message("y"), "m2") + users("h"), "m1 > h", "m2 > h"
        ),
        "s > a > e",
    ),
    refused(
        "an event sub-process in the flow",
        "flow_to_apart",
        ENDS + users("a") + beside("es", start(message("x"), "m") + users("h"), "m > h"),
        "s > a > es > e",
    ),
    refused(
        "an event on the boundary of a gateway",
        "unknown_attached",
        ENDS + node("exclusiveGateway", "g") + boundary("b", "g", DAY) + users("a late"),
        "s > g > a > e",
        "b > late",
    ),
    refused(
        "a step behind an event-based gateway",
        "event_gateway_target",
        ENDS + node("eventBasedGateway", "g") + users("a") + catch("t", DAY),
        "s > g",
        "g > a > e",
        "g > t > e",
    ),
    refused(
        "a second way to an event behind an event-based gateway",
        "event_gateway_target",
        ENDS
        + node("eventBasedGateway", "g")
        + node("parallelGateway", "fork")
        + users("a")
        + catch("m", message("x"))
        + catch("t", DAY),
        "s > fork > g",
        "fork > a > m",
        "g > m > e",
        "g > t > e",
    ),
    refused(
        "a flow over the border of a sub-process",
        "flow_across_scopes",
        ENDS + sub("sub", start(name="is") + users("i"), "is > i") + users("a"),
        "s > sub > e",
        "i > a",
    ),
    refused("a flow into a start event", "flow_into_start", ENDS + users("a"), "s > a > e", "a > s"),
    refused("a flow out of an end event", "flow_out_of_end", ENDS + users("a b"), "s > a > e > b"),
    refused(
        "a link without a target",
        "link_without_pair",
        start() + users("a") + throw("l", link("L")),
        "s > a > l",
    ),
    refused(
        "a link with two targets",
        "link_twice",
        start() + throw("l", link("L")) + catch("c1", link("L")) + catch("c2", link("L")) + users("a b"),
        "s > l",
        "c1 > a",
        "c2 > b",
    ),
    refused(
        "a call of a process that is not there",
        "unknown_called",
        ENDS + node("callActivity", "call", calledElement="nowhere"),
        "s > call > e",
    ),
    refused(
        "a process that calls itself",
        "called_in_circle",
        ENDS + node("callActivity", "call", calledElement="other@"),
        "s > call > e",
        around=called("other", node("callActivity", "again", calledElement="other@")),
    ),
    refused(
        "a script in another language",
        "unsupported_script",
        ENDS + node("scriptTask", "k", "<script>n = 1</script>", scriptFormat="application/x-ruby"),
        "s > k > e",
    ),
    refused(
        "a decision that is not there",
        "unknown_decision",
        ENDS + '<businessRuleTask id="k@" masar:decision="nowhere"/>',
        "s > k > e",
    ),
)
