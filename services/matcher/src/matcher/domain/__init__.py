"""Terms and rules of matching, without I/O."""
