"""Clients of the matcher and the printers, and the signing of what is sent to printers."""
