"""Figures, each against the bare loop in the same run: `python -m benchmarks` runs all of them."""
