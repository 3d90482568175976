"""`territory new`, `serve`, and the mark of a demonstration."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from node import codes
from node.core import demo_mark
from node.core.config import ConfigError, ProcessSettings, load_config
from node.core.node import Node, Runtime
from node.serving import open_nodes
from node.territory import make_territory, plan_territory
from tests.fixtures.nodes import NodeFactory
from tests.node.cli.commands import ROOT, environment, ok, run

SICOVAL = "243100633"


def test_the_plan_names_every_commune() -> None:
    places = plan_territory(SICOVAL, "localhost:8000")
    assert len(places) == 37
    assert (places[0].label, places[0].section["kind"]) == ("sicoval", "grouping")
    assert places[0].section["population"] == sum(place.section["population"] for place in places[1:])
    castanet = next(place for place in places if place.label == "castanet-tolosan")
    assert castanet.section | {"modules": []} == {
        "name": "Castanet-Tolosan",
        "kind": "commune",
        "code": "31113",
        "siren": "213101132",
        "address": "http://castanet-tolosan.localhost:8000",
        "population": castanet.section["population"],
        "postcodes": ["31320"],
        "grouping": "http://sicoval.localhost:8000",
        "modules": [],
    }
    assert castanet.section["population"] > 10_000
    assert len({place.section["address"] for place in places}) == 37
    far = plan_territory(SICOVAL, "sicoval.example")
    assert all(place.section["address"].startswith("https://") for place in far)


def test_a_territory_is_made_goes_on_and_serves(tmp_path: Path, settings: ProcessSettings) -> None:
    siren, folder = smallest_grouping(), tmp_path / "territory"
    count = len(codes.members(siren)) + 1
    told: list[tuple[int, int]] = []

    def stop(target: Path) -> None:
        if sum(1 for child in folder.iterdir() if not child.name.startswith(".")) >= 1:
            raise KeyboardInterrupt
        demo_mark.put(target)

    with pytest.raises(KeyboardInterrupt):
        make_territory(siren, folder, "localhost:8000", settings, marked=stop)
    unfinished = [child.name for child in folder.iterdir() if child.name.startswith(".")]
    first = [child for child in folder.iterdir() if not child.name.startswith(".")]
    assert unfinished
    assert len(first) == 1
    keys = (first[0] / "keys" / "secret.key").read_text()
    made = make_territory(siren, folder, "localhost:8000", settings, tell=lambda *seen: told.append(seen))
    assert told[0] == (1, count)
    assert told[-1] == (count, count)
    assert (first[0] / "keys" / "secret.key").read_text() == keys
    assert sorted(child.name for child in folder.iterdir()) == sorted(place.name for place in made)
    assert f"{count} nodes" in ok(settings, "territory", "new", "--siren", siren, folder)
    names = {load_config(place).node.name for place in made}
    assert {commune.name for commune in codes.members(siren)} < names
    runtime = Runtime(settings=settings)
    nodes = open_nodes(runtime, [folder])
    assert len(nodes) == count
    for node in nodes:
        node.close()
    runtime.close()


def smallest_grouping() -> str:
    """The SIREN of a grouping with five communes or fewer: Île de Noirmoutier."""
    siren = "248500191"
    assert 2 <= len(codes.members(siren)) <= 6
    return siren


def test_what_a_territory_refuses(tmp_path: Path) -> None:
    for siren in ("1", "000000000", "../../x", ""):
        refused = run(ProcessSettings(), "territory", "new", "--siren", siren, tmp_path / "x")
        assert isinstance(refused.exception, ConfigError), siren
        assert not (tmp_path / "x").exists()
    siren = smallest_grouping()
    label = plan_territory(siren, "localhost")[0].label
    (tmp_path / "y" / label).mkdir(parents=True)
    (tmp_path / "y" / label / "letter.txt").write_text("mine")
    refused = run(ProcessSettings(), "territory", "new", "--siren", siren, tmp_path / "y")
    assert "in the way" in str(refused.exception)
    assert (tmp_path / "y" / label / "letter.txt").read_text() == "mine"


def test_two_nodes_of_one_host_are_not_served(node_factory: NodeFactory) -> None:
    nodes = [
        node_factory("Castanet", address="http://one.localhost:8000"),
        node_factory("Ramonville", address="http://ONE.localhost:8001"),
    ]
    with pytest.raises(ConfigError, match="same host name"):
        open_nodes(nodes[0].runtime, [nodes[0].folder.parent])


@pytest.fixture
def demo_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "demo"
    ok(ProcessSettings(), "init", folder, "--name", "Demo", "--address", "http://demo.localhost:8000")
    demo_mark.put(folder)
    return folder


def is_demo(folder: Path, host: str = "127.0.0.1") -> bool:
    runtime = Runtime(settings=ProcessSettings(host=host))
    try:
        [node] = open_nodes(runtime, [folder])
        node.close()
        return node.facts.demo
    finally:
        runtime.close()


def test_the_mark_of_a_demonstration_cannot_be_copied(demo_folder: Path, tmp_path: Path) -> None:
    assert is_demo(demo_folder)
    real = tmp_path / "real"
    ok(ProcessSettings(), "init", real, "--name", "Real", "--address", "http://real.localhost:8000")
    assert not is_demo(real)
    shutil.copy(demo_folder / demo_mark.FILE, real / demo_mark.FILE)
    assert not is_demo(real)
    for nonsense in (b"", b"\xff\xfe", b"yes", b"0" * 64):
        (real / demo_mark.FILE).write_bytes(nonsense)
        assert not is_demo(real)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_a_demonstration_stays_on_this_machine(demo_folder: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="loopback"):
        is_demo(demo_folder, host)
    assert is_demo(demo_folder, "::1")


def test_serving_answers_by_host_and_stops_when_told(node_factory: NodeFactory, settings: ProcessSettings) -> None:
    nodes: list[Node] = [node_factory(name, modules=["home"]) for name in ("Castanet", "Ramonville")]
    command = [sys.executable, "-m", "node.cli", "serve", str(nodes[0].folder.parent), "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment(settings), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        first = process.stdout.readline()
        assert "serving 2 nodes on port " in first
        port = int(first.rsplit(maxsplit=1)[1])
        for node in nodes:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": node.host})
            with urllib.request.urlopen(request, timeout=20) as answer:
                assert node.name in answer.read().decode()
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in errors
