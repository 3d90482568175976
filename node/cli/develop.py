"""`ygor new-module`: the folder a new module begins as, with a passing test."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import click

from node.core.config import ConfigError
from node.core.registry import CORE_PARTS, installed

SKELETON = Path(__file__).parent / "skeleton"


@click.command("new-module")
@click.argument("name")
@click.option("--title", default="", help="French title shown to people")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path())
def new_module(name: str, title: str, root: Path) -> None:
    """Make node/modules/NAME and tests/modules/NAME. NAME is a plural noun in English, like `ideas`."""
    if not re.fullmatch(r"[a-z][a-z_]{2,30}", name) or keyword.iskeyword(name):
        raise ConfigError(f"{name}: a module's name is a lower-case English word, like `ideas`")
    if name in {"core", "cli", *installed().by_name, *(part.rpartition(".")[2] for part in CORE_PARTS)}:
        raise ConfigError(f"{name}: there is already a part of that name")
    if not (root / "node" / "modules").is_dir():
        raise ConfigError(f"{root.resolve()} is not a checkout of Ygor")
    if re.search(r"[\"\\{}<>@\n]", title) or len(title) > 60:
        raise ConfigError("the title is a few words, without quotes, braces or other marks of a program")
    words = {"NAME": name, "TITLE": title or name.capitalize(), "CLASS": _class(name)}
    targets = {"module": root / "node" / "modules" / name, "tests": root / "tests" / "modules" / name}
    for target in targets.values():
        if target.exists():
            raise ConfigError(f"{target} is there already")
    for kind, target in targets.items():
        for source in sorted((SKELETON / kind).rglob("*.txt")):
            path = target / str(source.relative_to(SKELETON / kind).with_suffix("")).replace("NAME", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_fill(source.read_text(encoding="utf-8"), words), encoding="utf-8")
            click.echo(path.relative_to(root))
    click.echo(f"Next: python -m node.core.migrations make {name}, add {name} to `modules` in a node.toml, make test")


def _class(name: str) -> str:
    singular = name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s")
    return "".join(word.capitalize() for word in singular.split("_"))


def _fill(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text
