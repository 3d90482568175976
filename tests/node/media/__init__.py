"""Files that modules show."""
