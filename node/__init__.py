"""The commune: its domain, its data, its modules and the command line. The only room that knows all the others."""
