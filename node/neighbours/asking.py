"""Looking up who is at an address, for other parts that begin business with somebody by an address typed."""

from node.neighbours.views import find_actor

__all__ = ["find_actor"]
