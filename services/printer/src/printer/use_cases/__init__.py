"""What callers want of a printing office, one file a thing."""
