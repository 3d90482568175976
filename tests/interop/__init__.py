"""Ygor against other implementations, over real HTTP."""
