"""`python -m node.cli`: the same as the command `ygor`."""

from node.cli import main

main()
