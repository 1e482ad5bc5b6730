"""What callers and workers want done with a case, an office or an outage; one file for each."""
