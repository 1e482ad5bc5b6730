"""Readers share the lock, a writer holds it alone, and a waiting writer goes before new readers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from matcher.index.read_write_lock import ReadWriteLock

WAIT = 10.0
MOMENT = 0.1


@contextmanager
def running(*work: Callable[[], None]) -> Iterator[list[threading.Thread]]:
    """Threads that have begun, and have ended when the block ends."""
    threads = [threading.Thread(target=each, daemon=True) for each in work]
    for thread in threads:
        thread.start()
    yield threads
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()


def enter(lock: ReadWriteLock, name: str, order: list[str]) -> Callable[[], None]:
    def act() -> None:
        with lock.reading() if name.startswith("reader") else lock.writing():
            order.append(name)

    return act


def is_waiting(thread: threading.Thread) -> bool:
    thread.join(MOMENT)
    return thread.is_alive()


def test_two_readers_are_in_at_the_same_time() -> None:
    lock, both_in = ReadWriteLock(), threading.Barrier(2)

    def read() -> None:
        with lock.reading():
            both_in.wait(WAIT)

    with running(read, read):
        pass

    assert not both_in.broken


def test_a_writer_waits_for_readers_and_new_readers_for_it() -> None:
    lock, order = ReadWriteLock(), list[str]()

    with lock.reading():
        writer = threading.Thread(target=enter(lock, "writer", order), daemon=True)
        writer.start()
        assert is_waiting(writer)
        reader = threading.Thread(target=enter(lock, "reader", order), daemon=True)
        reader.start()
        assert is_waiting(reader)
        assert order == []
    for thread in (writer, reader):
        thread.join(WAIT)

    assert order == ["writer", "reader"]


def test_whoever_comes_while_one_writes_waits_until_it_has_ended() -> None:
    lock, order = ReadWriteLock(), list[str]()

    with lock.writing():
        waiting = [
            threading.Thread(target=enter(lock, name, order), daemon=True)
            for name in ("reader", "writer")
        ]
        for thread in waiting:
            thread.start()
            assert is_waiting(thread)
        assert order == []
    for thread in waiting:
        thread.join(WAIT)

    assert sorted(order) == ["reader", "writer"]


def test_a_lock_that_was_released_is_free_again() -> None:
    lock, order = ReadWriteLock(), list[str]()

    for name in ("reader 1", "writer 1", "writer 2", "reader 2", "writer 3"):
        with running(enter(lock, name, order)):
            pass

    assert order == ["reader 1", "writer 1", "writer 2", "reader 2", "writer 3"]
