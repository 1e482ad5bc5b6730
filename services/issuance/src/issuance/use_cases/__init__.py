"""What can be done with a case, an office, an outage; one file a story."""
