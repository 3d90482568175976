"""Our node and one made from specs/ alone."""
