"""What is guarded, what is not, and what weakens it: looked at from outside."""
