"""Tests of a live server against its document."""
