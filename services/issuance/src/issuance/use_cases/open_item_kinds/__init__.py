"""The kinds of open items: how each is read for the list, and how a person settles one."""
