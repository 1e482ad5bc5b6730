"""What callers want of the matcher, one file each."""
