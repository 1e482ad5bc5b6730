"""The harness: starts a country of real processes, plays everybody in it, audits the end."""
