"""What makes the cases of each file of vectors."""
