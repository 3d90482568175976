"""Federation on real nodes."""
