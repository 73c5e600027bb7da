"""Delivery of one message: its states, its signatures, and where it may be sent to. Private."""
