"""Communes served on one port: the same as for the neighbours."""

from tests.node.neighbours.conftest import pair, three

__all__ = ["pair", "three"]
