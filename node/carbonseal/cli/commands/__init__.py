"""One module for each command. Private."""
