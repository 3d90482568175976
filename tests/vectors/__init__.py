"""The test vectors of specs/vectors: made, made again, run."""
