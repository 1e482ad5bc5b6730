"""A simulated personalisation machine: real IPP over HTTP, in a process of its own.

It shares only the IPP codec and identifiers, and how a chip's files go with a page, with the
service. It prints whatever is sent,
twice if it is sent twice, and records every printed book in a ledger of its own.
"""
