"""Violations as lines of a file (NDJSON): written by a guard, read and summed up by `report`."""
