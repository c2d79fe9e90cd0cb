"""Documents as Python: modules of models, and what they need."""
