"""The data page of a passport: from personalisation data to a verified PDF (ICAO Doc 9303)."""
