"""One module for each command, in groups. Private."""
