"""Documents learned from traffic."""
