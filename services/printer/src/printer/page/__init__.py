"""The data page of a passport: what is printed, where, and what a reader must find there."""
