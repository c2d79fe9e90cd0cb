"""Rules that projects write themselves, as tables: places, assertions, a message, no code."""
