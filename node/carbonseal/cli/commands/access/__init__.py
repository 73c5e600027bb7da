"""Commands on who is let in, and who did what. Private."""
