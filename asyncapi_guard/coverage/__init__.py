"""What traffic has shown of a document, and what of it nobody has seen."""
