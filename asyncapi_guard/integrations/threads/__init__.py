"""The adapter for servers that run on threads or greenlets."""
