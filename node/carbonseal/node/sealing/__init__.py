"""Sealing: submissions, the queue, the sequencer, the log's files and its guard. Private."""
