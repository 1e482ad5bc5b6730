"""Words and rules of printing: jobs, books, machines, clearances. No I/O."""
