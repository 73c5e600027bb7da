"""Fabric's protobuf messages, read without protobuf. Private."""
