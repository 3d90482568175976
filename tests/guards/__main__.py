"""`python -m tests.guards`: the page `specs/attacks.md`."""

from tests.guards.page import page

print(page(), end="")
