"""What a process needs: settings, clock, logs, threads, places to crash at."""
