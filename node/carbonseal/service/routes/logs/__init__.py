"""Routes of logs: their files, and other logs' heads. Private."""
