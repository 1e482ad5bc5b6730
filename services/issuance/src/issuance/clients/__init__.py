"""The matcher and the printers, by their contracts."""
