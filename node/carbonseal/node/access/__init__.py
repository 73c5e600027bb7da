"""Access: who is let in, for which tenant and with which scopes. Private."""
