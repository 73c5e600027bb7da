"""The command line. Private."""
