"""The two runners of background work: a thread inside the process, or RQ workers and a clock beside it."""

from __future__ import annotations

import logging
import threading
from itertools import count
from uuid import UUID

from redis import Redis, RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from engine import jobs, outbox

SWEEP_SECONDS = 5.0  #: how often the clock looks for what is due
TIDY_ROUNDS = 2000  #: rounds between two looks for files that nobody has
QUEUE = "masar"

log = logging.getLogger("masar.runner")


class EmbeddedRunner(threading.Thread):
    """Does the background work of one process: woken by each new item, and by the clock."""

    def __init__(self) -> None:
        super().__init__(name="masar-runner", daemon=True)
        self._woken = threading.Event()
        self._ending = threading.Event()

    def start(self) -> None:
        """Begin, and be told of each item put from now on."""
        outbox.wake_with(lambda _item_id: self._woken.set())
        super().start()

    def run(self) -> None:
        """Drain and sweep until stopped; a failure is logged and tried again at the next round."""
        for number in count():
            self._woken.clear()
            _round(number)
            self._woken.wait(SWEEP_SECONDS)
            if self._ending.is_set():
                return

    def stop(self) -> None:
        """Finish what runs, then end."""
        self._ending.set()
        self._woken.set()
        self.join()


def _round(number: int) -> None:
    try:
        if number % TIDY_ROUNDS == 0:
            jobs.tidy()
        jobs.sweep()  # first: a slow mail server must not hold up deadlines
        jobs.drain()
    except Exception:  # the outermost frame: the thread must outlive a lost database
        log.exception("background work failed; trying again")


def enqueue_with_redis(url: str) -> None:
    """Have each new item run by RQ workers; should Redis be lost, the clock finds the item later."""
    queue = _queue(url)

    def enqueue(item_id: UUID) -> None:
        try:
            queue.enqueue(run_queued, str(item_id), result_ttl=0, failure_ttl=3600)
        except RedisError:
            log.warning("the queue is out of reach; the clock will find item %s", item_id)

    outbox.wake_with(enqueue)


def run_queued(item_id: str) -> None:
    """The job that RQ runs."""
    jobs.run_item(UUID(item_id))


def work(url: str) -> None:
    """Be an RQ worker until stopped."""
    queue = _queue(url)
    Worker([queue], connection=queue.connection, serializer=JSONSerializer).work(logging_level="WARNING")


def keep_time(ending: threading.Event) -> None:
    """Be the clock: sweep what is due, and do what no worker has done, until ``ending`` is set."""
    for number in count():
        _round(number)
        if ending.wait(SWEEP_SECONDS):
            return


def _queue(url: str) -> Queue:
    return Queue(QUEUE, connection=Redis.from_url(url), serializer=JSONSerializer)
