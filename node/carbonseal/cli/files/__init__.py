"""What people name on the command line: scanned addresses, folders with a policy, tables. Private."""
