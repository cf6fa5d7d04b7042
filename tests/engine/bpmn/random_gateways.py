"""Random forks, choices, joins and loops."""

from tests.engine.bpmn.random_drawing import Block, Strokes


class Gateways(Strokes):
    """Blocks that gateways, or several flows at a step, make."""

    def _split(self, fork_tag: str, join_tag: str, size: int) -> Block:
        fork, join = self._gateway(fork_tag), self._gateway(join_tag)
        self._branch_out(fork, join, self._branches(size, all_come=join_tag == "parallelGateway"), fork_tag)
        return fork, join

    def _branches(self, size: int, *, all_come: bool) -> list[Block]:
        branches = self.random.choice((2, 2, 3))
        self._forks += all_come
        blocks = [self._block(max(1, size // branches)) for _ in range(branches)]
        self._forks -= all_come
        return blocks

    def _branch_out(self, fork: str, join: str, blocks: list[Block], tag: str) -> None:
        """Flows over all blocks; the first is the default where conditions are asked."""
        conditional = tag in ("exclusiveGateway", "inclusiveGateway", "task")
        if conditional:
            self._set_default(fork, blocks[0][0])
        for number, (first, last) in enumerate(blocks):
            self._flow(fork, first, self._flag() if conditional and number else "")
            self._flow(last, join)

    def _loop(self, size: int) -> Block:
        """Round two or three times, counted by a script inside; the way back comes after the block."""
        counter, zero, count = self._name("n"), self._name("z"), self._name("c")
        merge, ask = self._gateway("exclusiveGateway"), self._gateway("exclusiveGateway")
        self._draw(f'<scriptTask id="{zero}"><script>{counter} = 0</script></scriptTask>')
        self._draw(f'<scriptTask id="{count}"><script>{counter} = {counter} + 1</script></scriptTask>')
        self._rounds += 1
        first, last = self._block(size - 1)
        self._rounds -= 1
        after = self._step()[0]
        self._set_default(ask, after)
        self._flow(zero, merge)
        self._flow(merge, first)
        self._flow(last, count)
        self._flow(count, ask)
        self._flow(ask, merge, f"{counter} < {self.random.choice((2, 2, 3))}")
        self._flow(ask, after)
        return zero, after

    def _unbalanced(self, size: int) -> Block:
        """An inclusive fork whose branches meet at two joins, one after the other."""
        fork = self._gateway("inclusiveGateway")
        inner, outer = self._gateway("inclusiveGateway"), self._gateway("inclusiveGateway")
        blocks = [self._block(max(1, size // 4)) for _ in range(4)]
        self._set_default(fork, blocks[0][0])
        for number, (first, last) in enumerate(blocks[:3]):
            self._flow(fork, first, self._flag() if number else "")
            self._flow(last, inner if number < 2 else outer)
        self._flow(inner, blocks[3][0])
        self._flow(blocks[3][1], outer)
        return fork, outer

    def _bypassed(self, size: int) -> Block:
        """A fork with a branch that may go around its join to the next one.

        Not in a loop: there, by BPMN 2.0.2, the inner join does not wait for a token that can also come round to the
        input which is full.
        """
        if self._rounds:
            return self._unbalanced(size)
        tag = self._either("inclusiveGateway", "parallelGateway")
        fork, ask = self._gateway(tag), self._gateway("exclusiveGateway")
        inner, outer = self._gateway("inclusiveGateway"), self._gateway("inclusiveGateway")
        one, other, then = (self._block(max(1, size // 3)) for _ in range(3))
        if tag == "inclusiveGateway":
            self._set_default(fork, one[0])
        self._flow(fork, one[0])
        self._flow(fork, other[0], self._flag() if tag == "inclusiveGateway" else "")
        self._flow(one[1], ask)
        self._set_default(ask, inner)
        self._flow(ask, outer, self._flag())
        self._flow(ask, inner)
        self._flow(other[1], inner)
        self._flow(inner, then[0])
        self._flow(then[1], outer)
        return fork, outer

    def _mixed(self, size: int) -> Block:
        """An inclusive join of branches that another gateway began."""
        return self._split(self._either("parallelGateway", "exclusiveGateway"), "inclusiveGateway", size)

    def _implicit(self, size: int) -> Block:
        """A step that several flows leave at once."""
        fork, join = self._step()[0], self._gateway("parallelGateway")
        self._branch_out(fork, join, self._branches(size, all_come=True), "")
        return fork, join

    def _conditional(self, size: int) -> Block:
        """A step with conditional flows and a default."""
        fork, join = self._name("u"), self._gateway("inclusiveGateway")
        self._draw(f'<userTask id="{fork}"/>')
        self._branch_out(fork, join, self._branches(size, all_come=False), "task")
        return fork, join

    def _merged(self, size: int) -> Block:
        """A choice whose branches lead straight into one step."""
        fork, step = self._gateway("exclusiveGateway"), self._step()[0]
        self._branch_out(fork, step, self._branches(size, all_come=False), "exclusiveGateway")
        return fork, step

    def _event(self, size: int) -> Block:
        """The first of a timer and messages decides."""
        gateway, merge = self._gateway("eventBasedGateway"), self._gateway("exclusiveGateway")
        for _ in range(self.random.choice((2, 3))):
            first = self._catch()
            self._flow(gateway, first)
            block = self._block(max(1, size // 3))
            self._flow(first, block[0])
            self._flow(block[1], merge)
        return gateway, merge

    def _early(self, size: int) -> Block:
        """A choice of which one way ends, where nothing waits for it."""
        if self._forks:
            return self._seq(size)
        ask, step, block = self._gateway("exclusiveGateway"), self._step()[0], self._block(size - 1)
        self._set_default(ask, block[0])
        self._flow(ask, step, self._flag())
        self._flow(ask, block[0])
        self._flow(step, self._end())
        return ask, block[1]
