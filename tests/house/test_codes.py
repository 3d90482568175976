"""Official codes: the small files written here show the rules, the real ones (`make assets`) the real names."""

from __future__ import annotations

import json
import re
import tracemalloc
from pathlib import Path

import pytest

from node.codes import CodesMissing, Commune, Grouping, UnknownCode, commune, grouping, members, slug, unique_slugs

SICOVAL = "243100633"


def written(folder: Path, communes: list[list[object]], groupings: list[list[object]]) -> Path:
    for name, rows in (("communes.json", communes), ("groupings.json", groupings)):
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(
        tmp_path,
        [
            ["01001", "210100012", "Petit-Lieu", 12, ["01400"], "01", "84", "200000001"],
            ["2A004", "212000046", "Grand-Lieu", 900, ["20000", "20090"], "2A", "94", "200000001"],
            ["98901", None, "Île de Clipperton", None, [], "989", "989", None],
        ],
        [["200000001", "CC des Deux Lieux", "CC", ["01001", "2A004"]]],
    )


def test_commune_by_its_insee_code(folder: Path) -> None:
    assert commune("2A004", folder=folder) == Commune(
        insee="2A004",
        siren="212000046",
        name="Grand-Lieu",
        population=900,
        postcodes=("20000", "20090"),
        department="2A",
        region="94",
        grouping_siren="200000001",
    )


def test_commune_without_siren_population_or_grouping(folder: Path) -> None:
    island = commune("98901", folder=folder)
    assert (island.siren, island.population, island.postcodes, island.grouping_siren) == (None, None, (), None)


def test_grouping_and_its_members_most_populated_first(folder: Path) -> None:
    assert grouping("200000001", folder=folder) == Grouping("200000001", "CC des Deux Lieux", "CC", ("01001", "2A004"))
    assert [each.name for each in members("200000001", folder=folder)] == ["Grand-Lieu", "Petit-Lieu"]


@pytest.mark.parametrize("code", ["", "99999", "0100", "010011", '["01001'])
def test_unknown_codes_are_refused(folder: Path, code: str) -> None:
    with pytest.raises(UnknownCode, match=re.escape(repr(code))):
        commune(code, folder=folder)
    with pytest.raises(UnknownCode):
        members(code, folder=folder)


def test_missing_files_tell_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CodesMissing, match="make assets"):
        commune("31113", folder=tmp_path)
    with pytest.raises(CodesMissing, match="make assets"):
        members(SICOVAL, folder=tmp_path)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Castanet-Tolosan", "castanet-tolosan"),
        ("L'Haÿ-les-Roses", "l-hay-les-roses"),
        ("L’Haÿ-les-Roses", "l-hay-les-roses"),
        ("Œuf-en-Ternois", "oeuf-en-ternois"),
        ("Saint-Étienne (Loire)", "saint-etienne-loire"),
        ("Y", "y"),
        ("a" * 62 + " b", "a" * 62),
    ],
)
def test_slug_is_a_host_label(name: str, label: str) -> None:
    assert slug(name) == label


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("CA du Sicoval", "Sicoval"),
        ("CU d'Arras", "Arras"),
        ("CC de l'Oriente", "Oriente"),
        ("CC Le Grésivaudan", "Le Grésivaudan"),
        ("Toulouse Métropole", "Toulouse Métropole"),
    ],
)
def test_short_name_of_a_grouping(name: str, short: str) -> None:
    assert Grouping("1", name, "CA", ()).short_name == short


def test_namesakes_get_labels_of_their_own() -> None:
    arras, twin = (
        Commune(insee, None, "Arras", population, (), "62", "32", None)
        for insee, population in (("62041", 42600), ("62042", 3))
    )
    labels = unique_slugs(Grouping("200033579", "CU d'Arras", "CU", ()), (twin, arras))
    assert labels == {"62041": "arras", "62042": "arras-62042", "200033579": "cu-d-arras"}


def test_the_real_sicoval() -> None:
    sicoval, communes = grouping(SICOVAL), members(SICOVAL)
    assert (sicoval.name, sicoval.kind, len(communes)) == ("CA du Sicoval", "CA", 36)
    labels = unique_slugs(sicoval, communes)
    assert labels[SICOVAL] == "sicoval"
    assert labels["31113"] == "castanet-tolosan"
    assert len(set(labels.values())) == 37
    castanet = commune("31113")
    assert (castanet.siren, castanet.postcodes, castanet.grouping_siren) == ("213101132", ("31320",), SICOVAL)
    assert castanet in communes


def test_a_look_up_keeps_the_table_out_of_memory() -> None:
    tracemalloc.start()
    try:
        members(SICOVAL)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1_000_000
