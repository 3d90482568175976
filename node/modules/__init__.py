"""Activities and services of participation: one folder each, found by the registry."""
