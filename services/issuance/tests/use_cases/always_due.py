"""What tells a worker that tasks may be due, where a test lets it look at every poll."""

import asyncio


def always_due() -> asyncio.Event:
    """Return an event that is set."""
    event = asyncio.Event()
    event.set()
    return event
