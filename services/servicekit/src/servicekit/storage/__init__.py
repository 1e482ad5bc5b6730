"""The database, repeatable requests, and what they are kept in."""
