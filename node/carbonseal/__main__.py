"""`python -m carbonseal`: the command, by the interpreter that it is installed for."""

from carbonseal.cli.main import main

main()
