"""Printer control of one passport office: jobs, blank books and the machines that print them."""
