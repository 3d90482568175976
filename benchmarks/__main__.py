"""`python -m benchmarks`: every benchmark, one after the other."""

from __future__ import annotations

from benchmarks import pages, territory, transfers


def main() -> None:
    for title, run in (("transfers", transfers.main), ("pages", pages.main), ("territory", territory.main)):
        print(f"\n# {title}", flush=True)
        run()


if __name__ == "__main__":
    main()
