"""What data a case may hold, and what a thrown event carries."""

import math
from decimal import Decimal

import pytest

from engine.bpmn.data import DataRefused, cleaned


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, Decimal("NaN"), "half a \ud800 character", 2**63, object()]
)
def test_what_no_database_keeps_is_refused(value: object) -> None:
    with pytest.raises(DataRefused):
        cleaned({"value": value})


def test_nul_is_left_out_of_text_and_names() -> None:
    assert cleaned({"a\0b": ["c\0d", 1, 1.5, None, True]}) == {"ab": ["cd", 1, 1.5, None, True]}
