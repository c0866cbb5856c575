from pathlib import Path

import pytest

from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import ConfigError

TOPIC = """
[[topics]]
id = "{id}"
label = {{ it = "Uno", en = "One" }}
description = {{ it = "Uno", en = "One" }}
queue = "desk"
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "topics.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_taxonomy_has_the_topics_of_the_contact_centre() -> None:
    taxonomy = Taxonomy.load()
    assert len(taxonomy) == 22
    assert {"info.prevedibilita", "evento.danni-viabilita-servizi", "accesso"} <= set(
        taxonomy.ids()
    )
    assert taxonomy.emergency_topic is not None
    assert taxonomy.emergency_topic.id == "emergenza-in-corso"
    accesso = taxonomy.find("accesso")
    assert accesso is not None
    assert accesso.due_days == 30


def test_a_former_id_finds_the_topic_of_today(tmp_path: Path) -> None:
    path = _write(tmp_path, TOPIC.format(id="strade") + 'formerly = ["viabilita"]\n')
    taxonomy = Taxonomy.load(path)
    found = taxonomy.find("viabilita")
    assert found is not None
    assert found.id == "strade"
    assert "viabilita" not in taxonomy


def test_the_version_changes_with_the_file(tmp_path: Path) -> None:
    one = Taxonomy.load(_write(tmp_path, TOPIC.format(id="a")))
    other = Taxonomy.load(_write(tmp_path, TOPIC.format(id="b")))
    assert one.version != other.version


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(TOPIC.format(id="a") + 'due_days = "x"\n', ["'a'", "due_days"], id="type"),
        pytest.param(TOPIC.format(id="a") + "due_day = 3\n", ["'a'", "due_day"], id="unknown key"),
        pytest.param(TOPIC.format(id="a") + 'parent = "b"\n', ["'parent'", "'b'"], id="parent"),
        pytest.param(TOPIC.format(id="a") + 'parent = "a"\n', ["'a'", "ancestor"], id="circle"),
        pytest.param(TOPIC.format(id="a") * 2, ["'a'", "twice"], id="twice"),
        pytest.param(
            "".join(TOPIC.format(id=name) + "emergency = true\n" for name in "ab"),
            ["'b'", "emergency"],
            id="two emergencies",
        ),
        pytest.param(TOPIC.format(id="Prevedibilità"), ["Prevedibilità", "'id'"], id="not ASCII"),
        pytest.param("", ["topics"], id="empty"),
        pytest.param("topics = [", ["cannot be read"], id="not TOML"),
        pytest.param("topics = 3", ["topics"], id="not a table"),
    ],
)
def test_an_error_names_file_topic_and_key(tmp_path: Path, text: str, words: list[str]) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        Taxonomy.load(path)
    assert all(word in error.value.message for word in [str(path), *words])


def test_a_file_nested_without_end_is_a_configuration_error(tmp_path: Path) -> None:
    path = tmp_path / "taxonomy.toml"
    path.write_text(f"topics = {'[' * 5000}{']' * 5000}")
    with pytest.raises(ConfigError, match="recursion"):
        Taxonomy.load(path)


def test_a_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Taxonomy.load(tmp_path / "none.toml")


def test_a_file_of_windows_and_a_parent_by_its_former_id_are_understood(tmp_path: Path) -> None:
    wide = TOPIC.format(id="strade") + 'formerly = ["viabilita"]\n'
    path = _write(tmp_path, "\ufeff" + wide + TOPIC.format(id="neve") + 'parent = "viabilita"\n')
    found = Taxonomy.load(path).find("neve")
    assert found is not None
    assert found.parent == "strade"
    itself = TOPIC.format(id="strade") + 'formerly = ["vie"]\nparent = "vie"\n'
    with pytest.raises(ConfigError, match="its own ancestor"):
        Taxonomy.load(_write(tmp_path, itself))


@pytest.mark.parametrize(
    ("emergency_days", "own_days", "due"),
    [("", "", 0), ("", "due_days = 5", 0), ("due_days = 1", "due_days = 5", 1),
     ("due_days = 1", "", 1), ("due_days = 1", "due_days = 0", 0)],
)  # fmt: skip
def test_an_emergency_is_due_at_once_whatever_its_topic_promises(
    emergency_days: str, own_days: str, due: int, tmp_path: Path
) -> None:
    label = 'label = { it = "x", en = "x" }\ndescription = { it = "x", en = "x" }\nqueue = "q"'
    path = tmp_path / "topics.toml"
    path.write_text(
        f'[[topics]]\nid = "strade"\n{label}\n{own_days}\n'
        f'[[topics]]\nid = "pericolo"\n{label}\n{emergency_days}\nemergency = true\n'
    )
    taxonomy = Taxonomy.load(path)
    assert taxonomy.due_days("strade", is_emergency=True) == due
    calm = int(own_days[-1]) if own_days else None
    assert taxonomy.due_days("strade", is_emergency=False) == calm
    assert taxonomy.due_days(None, is_emergency=False) is None
    assert taxonomy.due_days("gone", is_emergency=True) in (0, 1)


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (("due_days = -1", 'queu = "one"'), ["due_days", "queu"]),
        (('parent = "x"', 'parent = "y"'), ["no topic 'x'", "no topic 'y'"]),
        (('formerly = ["b"]', 'parent = "y"'), ["'b' is there twice", "no topic 'y'"]),
    ],
)
def test_every_mistake_of_a_file_is_told(
    extra: tuple[str, str], told: list[str], tmp_path: Path
) -> None:
    topics = [TOPIC.format(id=name) + line for name, line in zip("ab", extra, strict=True)]
    with pytest.raises(ConfigError) as caught:
        Taxonomy.load(_write(tmp_path, "\n".join(topics)))
    assert all(each in caught.value.message for each in told)
