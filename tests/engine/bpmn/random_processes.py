"""Random sound processes: nested sequences, splits and joins, loops, sub-processes, repetitions, boundary events."""

from random import Random

from tests.engine.bpmn.drawing import drawn, flows

FLAGS = 6
KINDS = ("seq", "seq", "parallel", "inclusive", "exclusive", "loop", "sub", "several", "boundary", "step")


class RandomProcess:
    """Draws one process; `loops` are the gateways that ask a variable `again_<id>` whether to go round."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.loops: list[str] = []
        self._count = 0
        self._open: list[tuple[list[str], list[str]]] = [([], [])]

    def xml(self, size: int) -> bytes:
        first, last = self._block(size)
        self._draw('<startEvent id="s"/><userTask id="last"/><endEvent id="e"/>')
        self._flow("s", first)
        self._flow(last, "last")
        self._flow("last", "e")
        return drawn("".join(self._open[0][0]), *self._open[0][1])

    def _block(self, size: int) -> tuple[str, str]:
        kind = self.random.choice(KINDS) if size > 1 else "step"
        if kind in ("parallel", "inclusive", "exclusive"):
            return self._split(f"{kind}Gateway", size)
        block: tuple[str, str] = getattr(self, f"_{kind}")(size)
        return block

    def _step(self, _size: int) -> tuple[str, str]:
        name = self._name("u")
        self._draw(f'<userTask id="{name}"/>')
        return name, name

    def _seq(self, size: int) -> tuple[str, str]:
        part = self.random.randint(1, size - 1)
        first, second = self._block(part), self._block(size - part)
        self._flow(first[1], second[0])
        return first[0], second[1]

    def _split(self, tag: str, size: int) -> tuple[str, str]:
        fork, join, branches = self._name("f"), self._name("j"), self.random.choice((2, 2, 3))
        blocks = [self._block(max(1, size // branches)) for _ in range(branches)]
        conditional = tag != "parallelGateway"
        default = f' default="{fork}_{blocks[0][0]}"' if conditional else ""
        self._draw(f'<{tag} id="{fork}"{default}/><{tag} id="{join}"/>')
        for number, (first, last) in enumerate(blocks):
            self._flow(fork, first, f"flag{self.random.randrange(FLAGS)}" if conditional and number else "")
            self._flow(last, join)
        return fork, join

    def _loop(self, size: int) -> tuple[str, str]:
        merge, ask, after = self._name("m"), self._name("x"), self._step(1)[0]
        first, last = self._block(size - 1)
        self.loops.append(ask)
        self._draw(f'<exclusiveGateway id="{merge}"/><exclusiveGateway id="{ask}" default="{ask}_{after}"/>')
        self._flow(merge, first)
        self._flow(last, ask)
        self._flow(ask, merge, f"again_{ask}")
        self._flow(ask, after)
        return merge, after

    def _sub(self, size: int, repeated: str = "") -> tuple[str, str]:
        name, start, end = self._name("p"), self._name("s"), self._name("e")
        self._open.append(([], []))
        first, last = self._block(size - 1)
        self._flow(start, first)
        self._flow(last, end)
        elements, ways = self._open.pop()
        inner = f'<startEvent id="{start}"/><endEvent id="{end}"/>{"".join(elements)}{flows(*ways)}'
        self._draw(f'<subProcess id="{name}">{repeated}{inner}</subProcess>')
        return name, name

    def _several(self, size: int) -> tuple[str, str]:
        order = self.random.choice(("true", "false"))
        count = "<loopCardinality>2</loopCardinality>"
        kind = "multiInstanceLoopCharacteristics"
        return self._sub(size, f'<{kind} isSequential="{order}">{count}</{kind}>')

    def _boundary(self, size: int) -> tuple[str, str]:
        host = self._sub(size) if self.random.random() < 0.5 else self._step(1)
        late, step, merge = self._name("b"), self._step(1)[0], self._name("m")
        timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
        self._draw(f'<boundaryEvent id="{late}" attachedToRef="{host[0]}">{timer}</boundaryEvent>')
        self._draw(f'<exclusiveGateway id="{merge}"/>')
        self._flow(host[1], merge)
        self._flow(late, step)
        self._flow(step, merge)
        return host[0], merge

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _draw(self, xml: str) -> None:
        self._open[-1][0].append(xml)

    def _flow(self, source: str, target: str, condition: str = "") -> None:
        self._open[-1][1].append(f"{source} > {target}" + (f" : {condition}" if condition else ""))
