"""Consignments: declarations and packing lists in files, and what is printed about their lines.

Private.
"""
