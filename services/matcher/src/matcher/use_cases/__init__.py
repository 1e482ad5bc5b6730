"""What callers ask of the matcher, one file each, and the steps these share."""
