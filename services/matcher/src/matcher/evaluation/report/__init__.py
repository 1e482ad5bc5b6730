"""The report of an evaluation for people: an HTML page with charts and images of pairs."""
