"""Cases and all that belongs to them, in one database."""
