"""The database: tables, change log, encounters, chain of decision records."""
