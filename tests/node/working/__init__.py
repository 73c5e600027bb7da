"""Tests of work beside the event loop."""
