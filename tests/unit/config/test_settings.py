from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from intake.config import OcrSettings, Settings, build_options, describe, template
from intake.errors import ConfigError

Load = Callable[[str], Settings]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(text: str) -> Settings:
        path = tmp_path / "intake.toml"
        path.write_text(text, encoding="utf-8")
        return Settings.load(path)

    return load


def problem(load: Load, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert caught.value.exit_code == 78
    return caught.value.message


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = Settings.load()

    assert settings.path is None
    assert settings.data_dir == tmp_path / "intake-data"
    assert settings.database_url == f"sqlite:///{tmp_path}/intake-data/intake.db"
    assert settings.blob_dir == tmp_path / "intake-data" / "blobs"
    assert settings.processing.max_failures == 3
    assert settings.ocr.languages == ("ita", "eng")
    assert settings.processing.worker_count >= 1


def test_the_file_of_the_working_folder_is_read_when_none_is_named(load: Load) -> None:
    load("[processing]\nworkers = 3\n")

    assert Settings.load().processing.worker_count == 3


def test_intake_config_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "elsewhere" / "other.toml"
    other.parent.mkdir()
    other.write_text('data_dir = "kept"\n')
    monkeypatch.setenv("INTAKE_CONFIG", str(other))

    assert Settings.load().data_dir == tmp_path / "elsewhere" / "kept"


def test_the_environment_wins_over_the_file(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_PROCESSING__WORKERS", "7")
    monkeypatch.setenv("INTAKE_OCR__LANGUAGES", "ita, deu")

    settings = load('[processing]\nworkers = 3\nlease_s = 700\n[ocr]\nlanguages = ["eng"]\n')

    assert settings.processing.workers == 7
    assert settings.processing.lease_s == 700
    assert settings.ocr.languages == ("ita", "deu")


def test_a_source_may_come_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_SOURCES__INBOX__KIND", "imap")
    monkeypatch.setenv("INTAKE_SOURCES__INBOX__HOST", "imap.example.org")
    monkeypatch.setenv("INTAKE_SOURCES__INBOX__PASSWORD__ENV", "INTAKE_INBOX_PASSWORD")

    source = Settings.load().sources["inbox"]

    assert source.kind == "imap"
    assert source.options == {
        "host": "imap.example.org",
        "password": {"env": "INTAKE_INBOX_PASSWORD"},
    }


def test_tables_and_lists_in_variables_may_be_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_SOURCES", '{"letters": {"kind": "scan_folder", "path": "in"}}')
    monkeypatch.setenv("INTAKE_OBSERVERS", '["metrics"]')

    settings = Settings.load()

    assert settings.sources["letters"].options == {"path": "in"}
    assert settings.observers == ("metrics",)


def test_arguments_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_OCR__DPI", "300")

    assert Settings(ocr=OcrSettings(dpi=200)).ocr.dpi == 200
    assert Settings(ocr={"max_pages": 4}).ocr == OcrSettings(max_pages=4, dpi=300)


def test_settings_are_frozen(load: Load) -> None:
    settings = load("")

    with pytest.raises(ValueError, match="frozen"):
        settings.data_dir = Path("/elsewhere")


def test_relative_paths_start_at_the_folder_of_the_file(load: Load, tmp_path: Path) -> None:
    settings = load(
        'data_dir = "kept"\n[database]\nurl = "sqlite:///db/requests.db"\n'
        '[blobs]\npath = "/srv/blobs"\n[classify]\ntaxonomy = "topics.toml"\n'
    )

    assert settings.data_dir == tmp_path / "kept"
    assert settings.database_url == f"sqlite:///{tmp_path}/db/requests.db"
    assert settings.blob_dir == Path("/srv/blobs")
    assert settings.classify.taxonomy == tmp_path / "topics.toml"


def test_an_absolute_or_remote_database_is_left_as_it_is(load: Load) -> None:
    for url in ("sqlite:////srv/intake.db", "sqlite:///:memory:", "postgresql+psycopg://db/intake"):
        assert load(f'[database]\nurl = "{url}"\n').database_url == url


def test_the_home_folder_may_be_written_as_a_tilde(load: Load) -> None:
    assert load('data_dir = "~/kept"').data_dir == Path.home() / "kept"


def test_all_other_keys_of_a_source_are_its_connectors_options(load: Load) -> None:
    source = load(
        '[sources.inbox]\nkind = "imap"\nenabled = false\nprofile = "pec"\n'
        'host = "h"\npassword = { env = "P" }\n'
    ).sources["inbox"]

    assert (source.kind, source.enabled, source.profile) == ("imap", False, "pec")
    assert source.options == {"host": "h", "password": {"env": "P"}}


MISTAKES = {
    "a misspelt key": (
        "[processing]\nwrkers = 4\n",
        "intake.toml:2: there is no setting `processing.wrkers`; "
        "did you mean `processing.workers`?",
    ),
    "a misspelt table": (
        "[procesing]\nworkers = 4\n",
        "intake.toml:1: there is no setting `procesing`; did you mean `processing.workers`?",
    ),
    "a key outside its table": (
        "workers = 4\n",
        "intake.toml:1: there is no setting `workers`; did you mean `processing.workers`?",
    ),
    "a key that resembles nothing": (
        "[blobs]\nqqqq = 1\n",
        "intake.toml:2: there is no setting `blobs.qqqq`; here there are path",
    ),
    "a text for a number": (
        '[ocr]\ndpi = "many"\n',
        "intake.toml:2: `ocr.dpi` must be a whole number, not 'many'",
    ),
    "a truth for a number": (
        "[ocr]\ndpi = true\n",
        "intake.toml:2: `ocr.dpi` must be a number, not true",
    ),
    "a number for a truth": (
        '[sources.a]\nkind = "imap"\nenabled = "perhaps"\n',
        "intake.toml:3: `sources.a.enabled` must be true or false, not 'perhaps'",
    ),
    "a number for a list": (
        "[ocr]\nlanguages = 3\n",
        'intake.toml:2: `ocr.languages` must be a list such as ["a", "b"], not 3',
    ),
    "a number in a list of texts": (
        '[ocr]\nlanguages = ["ita", 3]\n',
        "intake.toml:2: `ocr.languages[1]` must be a text in quotes, not 3",
    ),
    "a number for a path": (
        "data_dir = 3\n",
        "intake.toml:1: `data_dir` must be a path in quotes, not 3",
    ),
    "a value for a table": (
        "ocr = 3\n",
        "intake.toml:1: `ocr` must be a table such as [section], not 3",
    ),
    "a number too small": (
        "[processing]\nmax_failures = 0\n",
        "intake.toml:2: `processing.max_failures` must be at least 1, not 0",
    ),
    "a share above one": (
        "[ocr]\nreview_below = 60\n",
        "intake.toml:2: `ocr.review_below` must be at most 1, not 60",
    ),
    "a word that is no choice": (
        '[requests]\nidentical = "drop"\n',
        "intake.toml:2: `requests.identical` must be 'link' or 'new', not 'drop'",
    ),
    "a time zone that does not exist": (
        '[requests]\ntimezone = "Europe/Rom"\n',
        "intake.toml:2: `requests.timezone` must be a time zone of the IANA database, "
        "not 'Europe/Rom'; did you mean 'Europe/Rome'?",
    ),
    "a database that is none": (
        '[database]\nurl = "mysql://root:secret@db/intake"\n',
        "intake.toml:2: `database.url` must begin with sqlite:/// or postgresql://, "
        "such as postgresql://intake@db/intake",
    ),
    "a source's name with a dash": (
        '[sources.My-Box]\nkind = "imap"\n',
        "intake.toml:1: `sources.My-Box` is no name for a source: use small letters, digits and "
        "_, beginning with a letter, such as `my_box`",
    ),
    "a source without a kind": (
        '[sources.inbox]\nhost = "h"\n',
        "intake.toml:1: `sources.inbox.kind` is missing",
    ),
    "a source whose kind is misspelt": (
        '[sources.inbox]\nkimd = "imap"\n',
        "intake.toml:1: `sources.inbox.kind` is missing; is `kimd` (intake.toml:2) meant?",
    ),
    "a source that is no table": (
        'sources = "imap"\n',
        "intake.toml:1: `sources` must be a table such as [section], not 'imap'",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_with_its_place_and_what_is_right(
    load: Load, text: str, message: str
) -> None:
    assert problem(load, text) == message


def test_all_mistakes_are_told_at_once(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_OCR__DPI", "fine")

    message = problem(load, "wrkers = 1\n[processing]\nlease_s = 0\n")

    assert message.startswith("The configuration has 3 mistakes:")
    assert "`wrkers`" in message
    assert "intake.toml:3: `processing.lease_s`" in message
    assert "INTAKE_OCR__DPI: `ocr.dpi` must be a whole number, not 'fine'" in message


VARIABLES = {
    "INTAKE_PROCESSING__WRKERS": (
        "INTAKE_PROCESSING__WRKERS: there is no setting `processing.wrkers`; "
        "did you mean `processing.workers`? Write INTAKE_PROCESSING__WORKERS."
    ),
    "INTAKE_DATABASE_URL": (
        "INTAKE_DATABASE_URL: there is no setting `database_url`; "
        "did you mean `database.url`? Write INTAKE_DATABASE__URL."
    ),
    "INTAKE_INBOX__HOST": "INTAKE_INBOX__HOST: there is no setting `inbox`",
}


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_that_fits_nothing_is_told_by_its_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "x")

    with pytest.raises(ConfigError) as caught:
        Settings.load()

    assert caught.value.message.startswith(VARIABLES[name])


def test_a_variable_for_a_source_that_is_not_there_names_the_nearest(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTAKE_SOURCES__INBX__HOST", "h")

    message = problem(load, '[sources.inbox]\nkind = "imap"\n')

    assert message == (
        "INTAKE_SOURCES__INBX__HOST: `sources.inbx.kind` is missing; is the source `inbox` meant?"
    )


def test_a_variable_named_as_a_secret_is_no_setting(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTAKE_INBOX_PASSWORD", "s3cret")
    monkeypatch.setenv("INTAKE_DEBUG", "1")
    monkeypatch.setenv("INTAKE_NO_APT", "1")

    settings = load('[sources.a]\nkind = "imap"\npassword = {env = "INTAKE_INBOX_PASSWORD"}\n')

    assert settings.sources["a"].options["password"] == {"env": "INTAKE_INBOX_PASSWORD"}


def test_text_that_is_not_toml_is_told_with_file_and_line(load: Load, tmp_path: Path) -> None:
    assert problem(load, "a = 1\nb = = 2\n").startswith(f"{tmp_path}/intake.toml:2: this is not")
    assert problem(load, 'a = 1\nb = """\nc').startswith(f"{tmp_path}/intake.toml:3: this is not")


def test_a_file_that_is_not_there_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no configuration file") as caught:
        Settings.load(tmp_path / "none.toml")

    assert "intake init" in caught.value.remedy


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        Settings.load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'data_dir = "citt\xe0"\n')
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        Settings.load(tmp_path / "latin.toml")


def test_a_password_in_a_wrong_url_is_never_printed(load: Load) -> None:
    assert "secret" not in problem(load, '[database]\nurl = "mysql://root:secret@db/x"\n')


def uncommented(text: str) -> str:
    """Return the template with all it names but ``classify.model``: it excludes ``model_dir``."""
    written = re.sub(r"(?m)^#(?=\S)", "", text)
    return re.sub(r"(?m)^model = .*\n", "", written)


def test_the_template_is_valid_as_it_is_written(load: Load, tmp_path: Path) -> None:
    settings = load(template())

    assert all(row.is_default for row in describe(settings))


def test_the_template_uncommented_is_valid_and_holds_the_defaults(load: Load) -> None:
    settings = load(uncommented(template()))

    assert set(settings.sources) == {"inbox", "certified", "fax", "letters"}
    plain = Settings()
    for section in ("receive", "processing", "ocr"):
        assert getattr(settings, section) == getattr(plain, section)


def test_the_sources_of_the_template_are_valid_for_our_connectors(load: Load) -> None:
    settings = load(uncommented(template()))

    for name, source in settings.sources.items():
        connector, _ = build_options(name, source)
        assert connector.kind == source.kind


def test_the_template_names_every_setting(load: Load) -> None:
    written = load(uncommented(template()))

    assert [row.key for row in describe(written) if row.is_default] == [
        "classify.model",
        *(
            f"sources.{name}.{key}"
            for name in ("inbox", "certified", "fax", "letters")
            for key in ("enabled", "profile")
        ),
    ]


def test_describe_tells_where_each_value_came_from(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTAKE_OCR__DPI", "300")
    settings = load("[ocr]\nmax_pages = 5\n")

    rows = {row.key: row for row in describe(settings)}

    assert (rows["ocr.dpi"].value, rows["ocr.dpi"].origin) == (300, "environment")
    assert (rows["ocr.max_pages"].value, rows["ocr.max_pages"].origin) == (5, "file")
    assert rows["ocr.engine"].is_default
    assert all(row.description for row in rows.values())


def test_describe_hides_secrets_but_not_where_they_are(load: Load) -> None:
    settings = load(
        '[database]\nurl = "postgresql://intake:hush@db/intake"\n'
        '[sources.a]\nkind = "imap"\npassword = {env = "P"}\napi_token = "hush"\n'
        'proxy = {url = "https://me:hush@proxy"}\n'
    )

    rows = {row.key: row.value for row in describe(settings)}

    assert rows["database.url"] == "postgresql://intake:***@db/intake"
    assert rows["sources.a.password"] == {"env": "P"}
    assert rows["sources.a.api_token"] == "***"
    assert "hush" not in str(rows)


def test_a_lease_outlasts_the_reading_of_a_document(load):
    message = problem(load, "[processing]\nlease_s = 500\nheavy_timeout_s = 300\n")
    assert "twice the longest timeout" in message


def test_settings_never_show_the_password_of_the_database(load):
    settings = load('[database]\nurl = "postgresql://intake:verysecret@db/intake"\n')
    assert "verysecret" not in repr(settings)
    assert "verysecret" not in str(describe(settings))


def test_a_model_and_a_folder_of_models_are_not_both_named(load: Load) -> None:
    assert "leave out one of them" in problem(
        load, '[classify]\nmodel = "a.model"\nmodel_dir = "models"\n'
    )
