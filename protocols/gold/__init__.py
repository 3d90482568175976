"""The verifiable draw of gold tokens, `ygor-draw/1` (specs/gold.md): what it is for §1, what a cheat can do §10.

`vrf` is the function, `entries` who takes part, `drawing` the order in which they are drawn, `objects` what is signed,
`checking` a whole draw done again from its file, `instant` the wins decided at once. Pure: no clock, no randomness.
"""

from typing import Final

PROTOCOL: Final = "ygor-draw/1"
