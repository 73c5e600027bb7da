"""Executors: what runs the parts of an examination, and gives their results in order. Private."""
