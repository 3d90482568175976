"""The shell scripts behind make, run with a PATH of our own: silent when all is there, clear when something is not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"


def run(script: str, *arguments: str, path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPTS / script), *arguments],
        env={"PATH": path, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of commands: the few a shell script cannot do without, linked, and what the test adds."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "dirname", "id", "ls", "mktemp", "rm", "sh", "tail"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def command(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def test_system_packages_is_silent_when_everything_is_there(tools: Path) -> None:
    command(tools, "initdb", "exit 0")
    done = run("system-packages.sh", "postgresql", path=str(tools))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_system_packages_says_what_to_install_where_there_is_no_apt(tools: Path) -> None:
    done = run("system-packages.sh", "python3-venv", path=str(tools), PYTHON="no-such-python")
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert "no apt-get" in done.stderr


def test_system_packages_installs_what_is_missing_and_looks_again(tools: Path, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    command(tools, "sudo", 'while [ "$1" = -n ]; do shift; done; exec "$@"')
    command(tools, "apt-get", f'echo "$@" >>{asked}')
    done = run("system-packages.sh", "python3-venv", path=str(tools), PYTHON="no-such-python")
    assert done.returncode == 1
    assert "still not usable" in done.stderr
    assert asked.read_text().splitlines() == ["update -q", "install -q -y --no-install-recommends python3-venv"]

    # The same again with an apt-get that makes the need usable.
    command(tools, "later-python", "exit 1")
    command(tools, "apt-get", f"printf '#!/bin/sh\\n' >{tools / 'later-python'}")
    done = run("system-packages.sh", "python3-venv", path=str(tools), PYTHON="later-python")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Installing python3-venv")


def test_system_packages_shows_why_apt_failed(tools: Path) -> None:
    command(tools, "sudo", 'while [ "$1" = -n ]; do shift; done; exec "$@"')
    command(tools, "apt-get", "echo 'E: no space left' >&2; exit 100")
    done = run("system-packages.sh", "python3-venv", path=str(tools), PYTHON="no-such-python")
    assert done.returncode == 1
    assert "E: no space left" in done.stderr


def test_an_old_node_is_refused_with_the_version_wanted(tools: Path) -> None:
    command(tools, "npm", "exit 0")
    command(tools, "node", "echo 18.20.4")
    done = run("require-node.sh", path=str(tools))
    assert done.returncode == 1
    assert "18.20.4 is too old" in done.stderr
    command(tools, "node", "echo 20.1.0")
    done = run("require-node.sh", path=str(tools))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_no_node_at_all(tools: Path) -> None:
    done = run("require-node.sh", path=str(tools))
    assert done.returncode == 1
    assert "install Node.js 20" in done.stderr


def test_no_suitable_python(tools: Path, tmp_path: Path) -> None:
    command(tools, "python3", "exit 1")
    done = run("make-venv.sh", str(tmp_path / "venv"), path=str(tools))
    assert done.returncode == 1
    assert "Python 3.11 or later" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_virtual_environment_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    first = run("make-venv.sh", str(folder), path=os.environ["PATH"])
    assert (first.returncode, first.stderr) == (0, "")
    (folder / "kept").touch()
    again = run("make-venv.sh", str(folder), path=os.environ["PATH"])
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (folder / "kept").exists()


def test_make_passes_the_port_on() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--always-make", "demo", "PORT=8123"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == ".venv/bin/ygor demo --port 8123"
    order = [line for line in done.stdout.splitlines() if "dev.lock" in line or "assets.mjs" in line]
    assert "--require-hashes" in order[0]
    assert order[-1] == "node scripts/assets.mjs"
