"""Counts the parts of a contract that clients use, by client version, without values."""
