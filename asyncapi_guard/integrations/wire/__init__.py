"""What is on the wire: packets, strict JSON in, and JSON that is encoded once out."""
