"""Periodic work of the service: outbox tasks, health of the matcher, printers' events, planning."""
