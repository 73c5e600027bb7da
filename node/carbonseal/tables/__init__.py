"""Tables that people hand in: CSV, Excel workbooks and JSON, read into one form.

Private.
"""
