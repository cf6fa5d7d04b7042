"""The engine plays random sound processes as the token game of BPMN 2.0.2 says, act by act.

The suite plays 500 of them; ``MASAR_PROOF=full`` plays 10,000. `tests.engine.bpmn.random_processes` draws them,
`tests.engine.bpmn.oracle` says what must come out; the state is saved and loaded in every act. Nothing unsound may be
found in any of them.
"""

import os

import pytest

from tests.engine.bpmn.against_oracle import agree

FULL = os.environ.get("MASAR_PROOF") == "full"
SEEDS = 10_000 if FULL else 500
AT_ONCE = 100 if FULL else 50


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_engine_and_oracle_see_the_same_after_every_act(first: int) -> None:
    acts = sum(agree(seed) for seed in range(first, first + AT_ONCE))
    assert acts > AT_ONCE
