"""Storage: tables and databases. Private."""
