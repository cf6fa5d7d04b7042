"""The two runners: what a round of the clock does, and that losing the queue costs nothing but time."""

from __future__ import annotations

import logging
import threading

import pytest
from sqlalchemy import select

from engine import outbox, runners
from engine.actor import Actor
from engine.database import Database, reading, transaction
from engine.tables import OutboxItem


def _undone() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(OutboxItem.kind).where(OutboxItem.done_at.is_(None))))


def test_a_round_of_the_clock_does_what_no_worker_has_done(database: Database) -> None:
    with transaction(actor=Actor.system("command")) as tx:
        outbox.put_throw(tx, case_id=None, kind="signal", name="strike", payload={}, correlation={})
    ending = threading.Event()
    ending.set()
    runners.keep_time(ending)
    assert _undone() == []


def test_an_act_is_committed_though_the_queue_is_out_of_reach(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    before = list(outbox._default_waker)
    runners.enqueue_with_redis("redis://127.0.0.1:1/0")
    try:
        with caplog.at_level(logging.WARNING):
            with transaction(actor=Actor.system("command")) as tx:
                outbox.put_throw(tx, case_id=None, kind="signal", name="strike", payload={}, correlation={})
    finally:
        outbox._default_waker[:] = before
    assert _undone() == ["throw"]
    assert "out of reach" in caplog.text
