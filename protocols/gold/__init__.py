"""Gold tokens: the verifiable draw (`specs/gold.md`).

`vrf` is the verifiable random function, `draw` what is announced, how witnesses answer, and who wins. Everything here is
a pure function of published values, so that anybody can run a draw again.
"""
