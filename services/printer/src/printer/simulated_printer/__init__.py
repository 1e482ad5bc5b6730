"""A simulated personalisation machine: real IPP over HTTP, in a process of its own.

It shares only the IPP codec and identifiers with the service. It prints what it is told, twice if
it is told twice, and records every book in its own ledger.
"""
