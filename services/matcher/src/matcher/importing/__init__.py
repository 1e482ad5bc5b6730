"""The command `matcher import`: sends an existing register to a matcher."""
