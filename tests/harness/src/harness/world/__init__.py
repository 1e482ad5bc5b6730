"""The people of the demo: who they are, what fingers they have, on which day they apply."""
