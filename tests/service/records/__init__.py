"""Records over HTTP: found, and exchanged with partners."""
