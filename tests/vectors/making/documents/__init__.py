"""Vectors of documents: credentials and status lists, product credentials, files as records."""
