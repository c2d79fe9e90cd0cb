"""The coverage of a document by traffic."""
