"""Files to which each process writes lines of its own, bounded in size."""
