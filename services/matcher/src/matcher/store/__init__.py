"""The truth: tables, the log of changes, the chain of decisions."""
