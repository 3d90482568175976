"""Test vectors: files of cases that any implementation can run (specs/vectors/README.md), run here on ours.

A case names an operation, what is given to it and what is expected. The operations are the very functions that the
product uses; what they raise becomes a verdict with status and code.
"""

from protocols.conformance.running import FORMAT, Case, Result, VectorError, check, outcome_of, read

__all__ = ["FORMAT", "Case", "Result", "VectorError", "check", "outcome_of", "read"]
