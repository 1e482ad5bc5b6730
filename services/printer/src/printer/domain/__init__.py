"""Rules of printing that need no I/O: jobs, books, machines, clearances."""
