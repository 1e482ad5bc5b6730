"""A simulated passport machine: real IPP over HTTP, its own process, its own ledger.

It shares the IPP codec with the service and nothing else. It is what a machine is to the service,
a stranger: it prints what it is told, twice if it is told twice.
"""
