"""Records on their way from bytes to what is stored: admitted in worker processes, one by one and in streams. Private."""
