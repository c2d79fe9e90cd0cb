"""Watches the files of a document, and has it read again when they change."""
