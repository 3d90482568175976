"""`python -m tests.node.neighbours.hurried serve …`: the real `ygor`, whose waits after a failure are seconds.

The rules stay: only the lengths of backoff and of the breaker's quiet are divided, so that a test need not wait hours.
"""

from __future__ import annotations

from datetime import timedelta

from federation import backoff, breaker
from node.cli import main

if __name__ == "__main__":
    backoff.FIRST, backoff.LONGEST = timedelta(seconds=0.3), timedelta(seconds=2)
    breaker.QUIET, breaker.PROBE_LASTS = timedelta(seconds=1), timedelta(seconds=1)
    main()
