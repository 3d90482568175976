"""`python -m benchmarks`: every benchmark, one after the other."""

from __future__ import annotations

from benchmarks import charges, country, fan_out, inbox, memory, pages, territory, transfers, wallets


def main() -> None:
    for each in (transfers, wallets, charges, pages, territory, inbox, fan_out, memory, country):
        print(f"\n# {each.__name__.rpartition('.')[2]}", flush=True)
        each.main()


if __name__ == "__main__":
    main()
