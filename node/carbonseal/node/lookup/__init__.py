"""Look-up: what sealed records say of themselves, in an index that is made after the fact. Private."""
