"""The handlers that a server has: which, what they take, and whether the contract knows them."""
