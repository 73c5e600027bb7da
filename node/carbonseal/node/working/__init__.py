"""Work beside the event loop: what takes long, or grows with what a client sends, runs in processes of its own.
Private."""
