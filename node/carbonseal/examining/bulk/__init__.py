"""Runs over many files whose results are a file: written as they come, gone on with after a stop, and summed up. Private."""
