"""Tests of what clients share: workers, requests, memory, connections."""
