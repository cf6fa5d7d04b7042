"""How a message finds who waits for it: by name and keys, made into one text that an index can hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from engine.bpmn.data import key_text
from engine.refusals import Refusal

MOST_KEYS = 8  #: keys of one message; a receiver may declare any of them, so each choice is looked up


class TooManyKeys(Refusal):
    """A message names more correlation keys than are looked up."""

    status = 422


def slot(name: str, keys: Mapping[str, Any]) -> str:
    """Where a message of this name and a wait for exactly these keys meet: a digest (SHA-256, hex).

    Values are compared as text: a number in its shortest decimal form, so that 5, 5.0 and "5" agree; dates in ISO
    8601. No value (None) agrees with none but itself.
    """
    told = [name, *sorted((key, key_text(value)) for key, value in keys.items())]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def slots(name: str, keys: Mapping[str, Any]) -> list[str]:
    """The slots of every wait that a message agrees with: whoever declares all of its keys, some, or none (last).

    Raises TooManyKeys.
    """
    if len(keys) > MOST_KEYS:
        raise TooManyKeys("too_many_keys", most=MOST_KEYS)
    chosen = (pick for size in range(len(keys), -1, -1) for pick in combinations(sorted(keys), size))
    return [slot(name, {key: keys[key] for key in pick}) for pick in chosen]


def contradicts(keys: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether a variable of the same name as one of these keys has another value."""
    return any(key in data and key_text(data[key]) != key_text(value) for key, value in keys.items())
