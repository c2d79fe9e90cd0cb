"""Documents as Python: modules of models, and their helpers."""
