"""What can be written at the cursor, also in documents that can't be read while somebody types."""
