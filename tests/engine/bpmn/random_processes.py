"""Random sound processes: nested forks, choices, loops, sub-processes, calls, repetitions, events beside activities.

Conditions ask flags that never change, and counters that scripts of the loop itself write; so whoever acts in whatever
order, the case comes to its end.
"""

from tests.engine.bpmn.drawing import HEAD, flows, timed
from tests.engine.bpmn.random_drawing import FLAGS, KINDS, PLAIN, SMALL, Block
from tests.engine.bpmn.random_gateways import Gateways

__all__ = ["FLAGS", "KINDS", "PLAIN", "RandomProcess"]

MULTIPLE = "multiInstanceLoopCharacteristics"
TWICE = "<loopCardinality>2</loopCardinality>"


class RandomProcess(Gateways):
    """Draws one process of some `size`."""

    def xml(self, size: int) -> bytes:
        main = self._scope(size, "s", "e", after="last")
        self._processes.insert(0, f'<process id="p" isExecutable="true">{main}</process>')
        messages = "".join(f'<message id="{name}" name="{name}"/>' for name in self._messages)
        return f"{HEAD}{messages}{''.join(self._processes)}</definitions>".encode()

    def _seq(self, size: int) -> Block:
        part = self.random.randint(1, size - 1)
        return self._in_a_row(self._block(part), self._block(size - part))

    def _several(self, size: int) -> Block:
        """A sub-process done twice; in another one that is done twice only a step is."""
        if self._times:
            return self._repeated(size)
        self._times += 1
        order = self._either("true", "false")
        block = self._sub(size, f'<{MULTIPLE} isSequential="{order}">{TWICE}</{MULTIPLE}>')
        self._times -= 1
        return block

    def _repeated(self, _size: int) -> Block:
        """A step done twice: both at once, one after the other, or as a standard loop."""
        name = self._name("u")
        several = f'<{MULTIPLE} isSequential="{self._either("true", "false")}">{TWICE}</{MULTIPLE}>'
        loop = '<standardLoopCharacteristics loopMaximum="2"/>'
        self._draw(f'<userTask id="{name}">{self._either(several, several, loop)}</userTask>')
        return name, name

    def _boundary(self, size: int) -> Block:
        """A timer ends an activity; both ways meet, or the late one ends by itself."""
        host = self._host(size)
        late, step = self._timer_beside(host[0], "true"), self._step()[0]
        self._flow(late, step)
        if not self._forks and self.random.random() < 0.3:
            self._flow(step, self._end())
            return host
        merge = self._gateway("exclusiveGateway")
        self._flow(host[1], merge)
        self._flow(step, merge)
        return host[0], merge

    def _beside(self, size: int) -> Block:
        """A timer or a message that happens besides an activity; what it begins ends by itself."""
        host = self._host(size)
        if self.random.random() < 0.5:
            event = self._timer_beside(host[0], "false")
        else:
            event = self._name("b")
            self._draw(
                f'<boundaryEvent id="{event}" attachedToRef="{host[0]}" cancelActivity="false">'
                f"{self._message()}</boundaryEvent>"
            )
        step = self._step()[0]
        self._flow(event, step)
        self._flow(step, self._end())
        return host

    def _caught(self, _size: int) -> Block:
        name = self._catch()
        return name, name

    def _call(self, size: int) -> Block:
        """A process of its own."""
        name, called = self._name("k"), self._name("q")
        inner = self._scope(size - 1, self._name("s"), self._name("e"))
        self._processes.append(f'<process id="{called}" isExecutable="true">{inner}</process>')
        self._draw(f'<callActivity id="{name}" calledElement="{called}"/>')
        return name, name

    def _terminated(self, size: int) -> Block:
        """A sub-process with two branches, one of which ends the other."""
        name, start, fork = self._name("p"), self._name("s"), self._name("g")
        self._open.append(([], []))
        around, self._forks, self._rounds = (self._forks, self._rounds), 0, 0
        self._draw(f'<startEvent id="{start}"/><parallelGateway id="{fork}"/>')
        self._flow(start, fork)
        for event in ("", "<terminateEventDefinition/>"):
            block, end = self._block(max(1, size // 2)), self._end(event)
            self._flow(fork, block[0])
            self._flow(block[1], end)
        self._forks, self._rounds = around
        elements, ways = self._open.pop()
        self._draw(f'<subProcess id="{name}">{"".join(elements)}{flows(*ways)}</subProcess>')
        return name, name

    def _failing(self, size: int) -> Block:
        """A sub-process that ends with an error for some flags; the error is caught beside it, or further out."""
        error = "<errorEventDefinition/>"
        name, start = self._name("p"), self._name("s")
        self._open.append(([], []))
        around, self._forks, self._rounds = (self._forks, self._rounds), 0, 0
        self._draw(f'<startEvent id="{start}"/>')
        fork = self._gateway(self._either("exclusiveGateway", "inclusiveGateway"))
        self._flow(start, fork)
        right, wrong = self._block(max(1, size // 2)), self._step()
        self._set_default(fork, right[0])
        self._flow(fork, right[0])
        self._flow(fork, wrong[0], self._flag())
        self._flow(right[1], self._end())
        self._flow(wrong[1], self._end(error))
        self._forks, self._rounds = around
        elements, ways = self._open.pop()
        self._draw(f'<subProcess id="{name}">{"".join(elements)}{flows(*ways)}</subProcess>')
        caught, merge, step = self._name("b"), self._gateway("exclusiveGateway"), self._step()[0]
        self._draw(f'<boundaryEvent id="{caught}" attachedToRef="{name}">{error}</boundaryEvent>')
        self._flow(name, merge)
        self._flow(caught, step)
        self._flow(step, merge)
        return name, merge

    def _escalating(self, size: int) -> Block:
        """A sub-process that escalates on its way; what catches that beside it ends it, or begins something more."""
        cancels, escalation = self._either("true", "false"), "<escalationEventDefinition/>"
        thrown, caught, step = self._name("t"), self._name("b"), self._step()[0]
        host = self._sub(
            size, throwing=f'<intermediateThrowEvent id="{thrown}">{escalation}</intermediateThrowEvent>'
        )
        attached = f'attachedToRef="{host[0]}" cancelActivity="{cancels}"'
        self._draw(f'<boundaryEvent id="{caught}" {attached}>{escalation}</boundaryEvent>')
        self._flow(caught, step)
        if cancels == "false":
            self._flow(step, self._end())
            return host
        merge = self._gateway("exclusiveGateway")
        self._flow(host[1], merge)
        self._flow(step, merge)
        return host[0], merge

    def _cycle(self, size: int) -> Block:
        """A timer beside an activity that is due twice."""
        host, event, step = self._host(size), self._name("b"), self._step()[0]
        timer = timed("timeCycle", "R2/P1D")
        self._draw(
            f'<boundaryEvent id="{event}" attachedToRef="{host[0]}" cancelActivity="false">{timer}</boundaryEvent>'
        )
        self._flow(event, step)
        self._flow(step, self._end())
        return host

    def _link(self, size: int) -> Block:
        """Two blocks, from the first of which a link leads to the second."""
        name, out, into = self._name("l"), self._name("t"), self._name("i")
        link = f'<linkEventDefinition name="{name}"/>'
        self._draw(f'<intermediateThrowEvent id="{out}">{link}</intermediateThrowEvent>')
        self._draw(f'<intermediateCatchEvent id="{into}">{link}</intermediateCatchEvent>')
        part = self.random.randint(1, size - 1)
        first, second = self._block(part), self._block(size - part)
        self._flow(first[1], out)
        self._flow(into, second[0])
        return first[0], second[1]

    def _started(self, size: int) -> Block:
        """A sub-process with an event sub-process, which ends it or not."""
        event, inner, late = self._name("w"), self._name("v"), self._name("e")
        trigger = self._either(timed("timeDuration", "P2D"), self._message())
        step = self._name("u")
        inside = (
            f'<subProcess id="{inner}" triggeredByEvent="true">'
            f'<startEvent id="{event}" isInterrupting="{self._either("true", "false")}">{trigger}</startEvent>'
            f'<userTask id="{step}"/><endEvent id="{late}"/>{flows(f"{event} > {step} > {late}")}</subProcess>'
        )
        return self._sub(size, inside)

    def _host(self, size: int) -> Block:
        return self._sub(size) if self.random.random() < (0.8 if size > SMALL else 0.5) else self._step()
