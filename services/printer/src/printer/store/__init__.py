"""The database of a printing office: jobs, books, machines."""
