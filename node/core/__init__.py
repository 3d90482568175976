"""What every part of a node stands on: settings, database, unit of work, module registry, requests."""
