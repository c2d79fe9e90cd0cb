"""What clients use of a contract, by their versions: events, fields, members, and no values."""
