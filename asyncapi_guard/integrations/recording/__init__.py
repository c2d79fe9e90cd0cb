"""What is written down of traffic: counters, the log, and the places that it names."""
