"""The report of a run: one self-contained page, for a director first, then for an engineer."""

from harness.report.page import write

__all__ = ["write"]
