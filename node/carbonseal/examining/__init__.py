"""Examinations: files as people have them, judged in several processes and together, in bounded memory. It reads files, and asks
nobody but logs whose tiles were named.

    names -> items -> judged, one by one -> examined together -> results, in order

Private.
"""
