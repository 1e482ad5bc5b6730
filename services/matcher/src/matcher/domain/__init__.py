"""Words and rules of matching, without I/O."""
