"""What the Try page needs of a document: namespaces, events, and forms for their values."""
