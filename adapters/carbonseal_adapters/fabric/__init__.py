"""Anchors on channels of Hyperledger Fabric. Private."""
