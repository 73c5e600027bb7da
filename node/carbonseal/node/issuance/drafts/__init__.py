"""Drafts of documents: prepared, reviewed and released by different persons. Private."""
