"""The news."""
