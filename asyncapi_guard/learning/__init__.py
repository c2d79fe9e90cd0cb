"""Documents that are learnt from traffic."""
