"""What runs beside the calls: owed work, the watcher of the matcher, the planner."""
