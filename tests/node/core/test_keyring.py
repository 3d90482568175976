"""The keyring on disk: whole or not at all, whoever is killed when; read again when another process replaced it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.archives import back_up, bring_back
from node.core.config import ConfigError, ProcessSettings
from node.core.keyring import (
    FILE,
    KeyFolder,
    Keyring,
    KeysChanging,
    KeySet,
    fresh_set,
    load_keyring,
    with_leaked,
    with_new_set,
    without_ended,
)
from tests.fixtures.nodes import NodeFactory, spare_keys

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LEAD, GRACE = timedelta(minutes=15), timedelta(days=14)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    spare_keys(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture(scope="module")
def fresh() -> KeySet:
    return fresh_set(bytes(32))


def rotated(ring: Keyring, fresh: KeySet) -> Keyring:
    return with_new_set(ring, fresh, NOW, lead=LEAD, grace=GRACE)


def test_which_set_signs_is_a_function_of_the_time(folder: Path, fresh: KeySet) -> None:
    first = load_keyring(folder)
    ring = KeyFolder(folder).change(lambda found: rotated(found, fresh))
    read = load_keyring(folder)
    assert [one.suffix for one in read.sets] == ["", fresh.suffix]
    assert not (folder / "actor-rsa.pem").exists(), "what stands in the keyring stands there only"
    assert oct((folder / FILE).stat().st_mode)[-3:] == "600"
    for moment, signs, listed in (
        (NOW, "", ["", fresh.suffix]),
        (NOW + LEAD, fresh.suffix, [fresh.suffix, ""]),
        (NOW + LEAD + GRACE, fresh.suffix, [fresh.suffix]),
    ):
        assert read.signing(moment).suffix == signs
        assert [keys.suffix for keys in read.listed(moment)] == listed
    assert read.signing(NOW).proof_seed == first.signing(NOW).proof_seed
    with pytest.raises(KeysChanging):
        rotated(ring, fresh)
    ended = without_ended(read, NOW + LEAD + GRACE)
    assert (ended.sets[0].private, ended.sets[0].proof_public) == (None, first.newest.proof_public)
    leaked = with_leaked(read, fresh, NOW)
    assert [one.revoked_at for one in leaked.sets] == [NOW, NOW, None]
    assert leaked.signing(NOW).suffix == fresh.suffix


def test_another_process_notices(folder: Path, fresh: KeySet) -> None:
    here, there = KeyFolder(folder), KeyFolder(folder)
    there.change(lambda found: with_leaked(found, fresh, NOW))
    end = time.monotonic() + 3
    while here.ring.signing(NOW).suffix != fresh.suffix:
        assert time.monotonic() < end
        time.sleep(0.05)


KILLED = """
import sys
from pathlib import Path
from datetime import timedelta
from node.core.keyring import KeyFolder, fresh_set, with_leaked
folder, one = KeyFolder(Path(sys.argv[1])), fresh_set(bytes(32))
print("ready", flush=True)
while True:
    folder.change(lambda ring: with_leaked(ring, one, ring.newest.made_at))
"""


def test_killed_in_the_middle_leaves_one_consistent_set(folder: Path) -> None:
    for pause in (0.0, 0.013, 0.031):
        worker = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE)
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(pause)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        ring = load_keyring(folder)
        assert ring.signing(NOW).suffix == ring.newest.suffix
        KeyFolder(folder).change(lambda found: without_ended(found, NOW))  # and the lock is free


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data["sets"][0]["private"].update(proof="00" * 32),
        lambda data: data["sets"][0].update(made_at=None),
        lambda data: data.update(sets=[]),
        lambda data: data["sets"][0]["private"].update(rsa="x"),
    ],
)
def test_a_damaged_keyring_names_the_file(folder: Path, fresh: KeySet, damage: object) -> None:
    KeyFolder(folder).change(lambda found: rotated(found, fresh))
    data = json.loads((folder / FILE).read_text())
    assert callable(damage)
    damage(data)
    (folder / FILE).write_text(json.dumps(data))
    with pytest.raises(ValueError, match=r"keyring\.json"):
        load_keyring(folder)


def test_backup_and_restore_keep_all_sets(tmp_path: Path, fresh: KeySet) -> None:
    factory = NodeFactory(tmp_path, ProcessSettings(), lambda: NOW)
    try:
        node = factory("Castanet-Tolosan")
        node.key_folder.change(lambda found: rotated(found, fresh))
        back_up(node, tmp_path / "a.tar.gz")
        bring_back(tmp_path / "a.tar.gz", tmp_path / "back", ProcessSettings())
        again, kept = (one.listed(NOW) for one in (load_keyring(tmp_path / "back" / "keys"), node.keyring))
        assert [keys.proof_seed for keys in again] == [keys.proof_seed for keys in kept]
        (tmp_path / "back" / "keys" / FILE).write_text("{}")
        with pytest.raises(ConfigError, match=r"keyring\.json"):
            factory.open(tmp_path / "back")
        with tarfile.open(tmp_path / "a.tar.gz") as archive:
            assert "keys/keyring.json" in archive.getnames()
    finally:
        factory.close()
