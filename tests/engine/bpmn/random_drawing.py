"""The strokes that random processes are drawn with: names, elements, flows, scopes."""

from random import Random

from tests.engine.bpmn.drawing import flows, timed

FLAGS = 6
PLAIN = (
    "seq", "seq", "parallel", "parallel", "inclusive", "inclusive", "exclusive", "loop", "loop", "loop", "sub",
    "several", "several", "boundary", "step",
)  # fmt: skip
MORE = (
    "unbalanced", "bypassed", "mixed", "event", "beside", "call", "terminated", "failing", "early", "implicit",
    "conditional", "merged", "repeated", "link", "caught", "started", "escalating", "cycle",
)  # fmt: skip
KINDS = PLAIN + MORE
ALONE = ("step", "repeated", "caught")  #: of one element, whatever the size
SMALL = 4
Block = tuple[str, str]


class Strokes:
    """What is drawn so far; `kinds`: the constructs it may hold. A block is drawn by the method of its kind."""

    def __init__(self, random: Random, kinds: tuple[str, ...] = KINDS) -> None:
        self.random = random
        self.kinds = kinds
        self._count = 0
        self._open: list[tuple[list[str], list[str]]] = []
        self._processes: list[str] = []
        self._messages: list[str] = []
        self._forks = 0  #: parallel branches around, which must all come to their join
        self._rounds = 0  #: loops around
        self._times = 0  #: repeated sub-processes around

    def _block(self, size: int) -> Block:
        kinds = [kind for kind in self.kinds if size < SMALL or kind not in ALONE]
        kind = self.random.choice(kinds) if size > 1 else "step"
        if kind in ("parallel", "inclusive", "exclusive"):
            return self._split(f"{kind}Gateway", f"{kind}Gateway", size)
        block: Block = getattr(self, f"_{kind}")(size)
        return block

    def _step(self, _size: int = 1) -> Block:
        name = self._name("u")
        self._draw(f'<{self.random.choice(("userTask", "manualTask", "task"))} id="{name}"/>')
        return name, name

    def _scope(self, size: int, start: str, end: str, after: str = "", throwing: str = "") -> str:
        """The content of a process or sub-process: a start, a block, a step `after` it if named, an end.

        `throwing`: an event that comes before or after the block.
        """
        self._open.append(([], []))
        around, self._forks, self._rounds = (self._forks, self._rounds), 0, 0
        block = self._block(size)
        self._draw(f'<startEvent id="{start}"/><endEvent id="{end}"/>{throwing}')
        if throwing:
            thrown = (throwing.split('"')[1],) * 2
            block = self._in_a_row(*self.random.sample([block, thrown], 2))
        self._flow(start, block[0])
        if after:
            self._draw(f'<userTask id="{after}"/>')
            self._flow(block[1], after)
        self._flow(after or block[1], end)
        self._forks, self._rounds = around
        elements, ways = self._open.pop()
        return "".join(elements) + flows(*ways)

    def _sub(self, size: int, inside: str = "", throwing: str = "") -> Block:
        name = self._name("p")
        inner = self._scope(size - 1, self._name("s"), self._name("e"), throwing=throwing)
        self._draw(f'<subProcess id="{name}">{inside}{inner}</subProcess>')
        return name, name

    def _end(self, event: str = "") -> str:
        name = self._name("e")
        self._draw(f'<endEvent id="{name}">{event}</endEvent>')
        return name

    def _gateway(self, tag: str) -> str:
        name = self._name("g")
        self._draw(f'<{tag} id="{name}"/>')
        return name

    def _set_default(self, node: str, target: str) -> None:
        """Says the default flow of a node drawn before in this scope."""
        elements = self._open[-1][0]
        for number, xml in enumerate(elements):
            if f' id="{node}"' in xml.split(">")[0]:
                elements[number] = xml.replace(f' id="{node}"', f' id="{node}" default="{node}_{target}"', 1)

    def _in_a_row(self, first: Block, second: Block) -> Block:
        self._flow(first[1], second[0])
        return first[0], second[1]

    def _flag(self) -> str:
        return self._either("", "", "not ") + f"flag{self.random.randrange(FLAGS)}"

    def _either(self, *choices: str) -> str:
        return self.random.choice(choices)

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _draw(self, xml: str) -> None:
        self._open[-1][0].append(xml)

    def _flow(self, source: str, target: str, condition: str = "") -> None:
        self._open[-1][1].append(f"{source} > {target}" + (f" : {condition}" if condition else ""))

    def _timer_beside(self, host: str, cancels: str) -> str:
        name = self._name("b")
        timer = timed("timeDuration", "P1D")
        self._draw(
            f'<boundaryEvent id="{name}" attachedToRef="{host}" cancelActivity="{cancels}">{timer}</boundaryEvent>'
        )
        return name

    def _catch(self) -> str:
        name = self._name("w")
        event = self._either(timed("timeDuration", "P1D"), self._message())
        self._draw(f'<intermediateCatchEvent id="{name}">{event}</intermediateCatchEvent>')
        return name

    def _message(self) -> str:
        self._messages.append(self._name("message"))
        return f'<messageEventDefinition messageRef="{self._messages[-1]}"/>'
