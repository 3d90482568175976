"""Nodes that are nothing but their federation: real servers on loopback, ports in memory."""
