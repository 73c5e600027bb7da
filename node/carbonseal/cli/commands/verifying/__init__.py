"""Commands of who verifies. Private."""
