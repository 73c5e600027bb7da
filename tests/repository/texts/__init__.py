"""Pages that are made from the program: the findings, the commands, the API reference."""
