"""What callers want of a printing office, and what it does by itself: one file a subject."""
