"""Tables of footprints that commands read, seal and mark.

Private.
"""
