"""What the beginning of a text means tells its topic where its words leave a doubt."""

import random
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from intake.classifying.encoding.embeddings import Embedder, shipped_embedder
from intake.classifying.encoding.encoder import Adapter, Encoder, Floats
from intake.classifying.models import linear_model, training
from intake.classifying.models.examples import Example
from intake.classifying.models.learned import LearnedClassifier
from intake.classifying.models.linear_model import LinearModel
from intake.classifying.models.training import train
from intake.classifying.topics.rules import KeywordClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.errors import ConfigError
from intake.pipeline.texts.classifiers import open_classifiers
from intake.schemas.classifications import ClassifierOptions
from intake.schemas.documents import Document

FLOODS = [
    "il fiume è uscito dagli argini",
    "la cantina è piena d'acqua",
    "la pioggia ha allagato la strada",
    "il canale è esondato nella notte",
]
HOUSES = [
    "la casa è inagibile dopo la scossa",
    "cerchiamo una camera per mia madre",
    "ci serve un appartamento in affitto",
    "la scossa ha rovinato la nostra cucina",
]
FEW = [
    *(Example(text, "acqua") for text in FLOODS),
    *(Example(text, "casa") for text in HOUSES),
]
MEANT = {
    "il torrente è straripato e la campagna è un lago": "acqua",
    "la piena del ruscello è entrata nel seminterrato": "acqua",
    "la nostra abitazione è lesionata, dormiamo in albergo": "casa",
    "dove è un alloggio per una famiglia di sfollati?": "casa",
}


class Refusing(Embedder):
    """Fails whoever asks it."""

    def embed(self, texts: Sequence[str]) -> Floats:
        raise AssertionError(texts)


class Meaningless(Embedder):
    """Gives embeddings that hang on nothing but the characters."""

    def embed(self, texts: Sequence[str]) -> Floats:
        seeds = [sum(map(ord, text)) for text in texts]
        return np.array([np.random.default_rng(seed).normal(size=8) for seed in seeds], np.float32)


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return train(FEW, embedder=shipped_embedder())


@pytest.fixture
def file(model: LinearModel, tmp_path: Path) -> Path:
    path = tmp_path / "topics.model"
    path.write_bytes(model.to_bytes())
    return path


def test_the_same_text_has_the_same_embedding_on_however_many_threads() -> None:
    found = []
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            embedder = Embedder()
            found.append(embedder.embed(FLOODS))
            assert np.array_equal(embedder.embed(FLOODS[::-1]), found[-1][::-1])
    assert all(np.array_equal(found[0], other) for other in found[1:])
    assert np.linalg.norm(found[0], axis=1) == pytest.approx(1, abs=1e-5)
    assert Embedder().embed([]).shape == (0, found[0].shape[1])


def test_threads_that_ask_at_once_share_one_encoder_and_get_the_same() -> None:
    wanted = shipped_embedder().embed([*FLOODS, *HOUSES])
    Encoder._shipped.cache_clear()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(4) as pool:
        encoders = list(pool.map(lambda _: Encoder.shipped(), range(8)))
        told = list(pool.map(lambda _: Embedder().embed([*FLOODS, *HOUSES]), range(4)))
    assert len(set(map(id, encoders))) == 1
    assert all(np.array_equal(each, wanted) for each in told)


def test_blanks_before_a_text_hide_nothing() -> None:
    plain, indented = Embedder().embed([FLOODS[0], "\n \t" * 1000 + FLOODS[0]])
    assert np.array_equal(plain, indented)


def test_only_the_beginning_of_a_text_is_embedded() -> None:
    beginning = " ".join(FLOODS * 4)
    one, other = Embedder().embed([f"{beginning} {HOUSES[0]}", f"{beginning} {HOUSES[1]}"])
    assert np.array_equal(one, other)


def test_what_means_the_same_in_other_words_speaks_for_the_topic(model: LinearModel) -> None:
    words = train(FEW)
    for text, topic in MEANT.items():
        shares, added = model.consider(text)
        assert max(added, key=lambda each: added[each]) == topic
        place = model.manifest.topics.index(topic)
        assert shares[place] > words.probabilities([text])[0][place]


def test_what_was_misread_is_mended_before_it_is_embedded_and_counts_half() -> None:
    asked: list[str] = []

    class Noting(Embedder):
        def embed(self, texts: Sequence[str]) -> Floats:
            asked.extend(texts)
            return super().embed(texts)

    often = [Example(f"{each.text} {number}", each.topic) for each in FEW for number in range(3)]
    model = train(often, embedder=Noting())
    asked.clear()
    misread = "zantina qqqq wwww strxda rrrr scoxsa tttt cuciza yyyy"
    mended = "cantina qqqq wwww strada rrrr scossa tttt cucina yyyy"
    _, added = model.consider(misread)
    assert asked == [mended]
    scale, head = model.manifest.embeddings, model._head
    assert scale is not None
    assert head is not None
    (decided,) = scale.weight / 2 * (head.decide(Embedder().embed([mended])) - head.biases)
    assert added == pytest.approx(dict(zip(model.manifest.topics, decided, strict=True)), rel=1e-4)


def test_of_a_text_whose_words_are_sure_the_embedding_is_not_asked_for(
    model: LinearModel, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = LinearModel.load(file, embedder=Refusing())
    assert loaded.probabilities(["", "abracadabra hocus pocus"]).max() == 0
    with pytest.raises(AssertionError):
        loaded.probabilities(FLOODS)
    least = train(FEW).probabilities(FLOODS).max(axis=1).min()
    monkeypatch.setattr(linear_model, "SURE", least)
    assert np.array_equal(loaded.probabilities(FLOODS), train(FEW).probabilities(FLOODS))


def test_a_model_in_a_file_says_the_same_and_without_embedder_what_words_say(
    model: LinearModel, file: Path
) -> None:
    texts = [*MEANT, *FLOODS]
    again = LinearModel.load(file, embedder=shipped_embedder())
    assert np.array_equal(again.probabilities(texts), model.probabilities(texts))
    assert again.to_bytes() == model.to_bytes()
    words = LinearModel.load(file)
    assert np.array_equal(words.probabilities(texts), train(FEW).probabilities(texts))
    assert words.to_bytes() == model.to_bytes()


def test_the_same_examples_give_the_same_file(model: LinearModel) -> None:
    assert train(FEW, embedder=Embedder()).to_bytes() == model.to_bytes()


def test_decisions_on_embeddings_of_another_encoder_count_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Embedder, "version", "another")
    loaded = LinearModel.load(file, embedder=Refusing())
    assert np.array_equal(loaded.probabilities(FLOODS), train(FEW).probabilities(FLOODS))


def test_decisions_on_embeddings_of_another_width_count_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Embedder, "width", 8)
    loaded = LinearModel.load(file, embedder=Refusing())
    assert np.array_equal(loaded.probabilities(FLOODS), train(FEW).probabilities(FLOODS))


@pytest.mark.parametrize("spoilt", ["embedding_centre", "embedding_weights", "embedding_biases"])
@pytest.mark.parametrize("is_missing", [True, False])
def test_a_file_whose_embeddings_are_damaged_is_refused(
    file: Path, spoilt: str, *, is_missing: bool
) -> None:
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    if is_missing:
        del entries[f"{spoilt}.npy"]
    else:
        entries[f"{spoilt}.npy"] = entries["rarity.npy"]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(ConfigError):
        LinearModel.load(file)


def test_a_model_of_words_alone_says_nothing_of_embeddings(tmp_path: Path) -> None:
    """Former versions of intake can read it."""
    path = tmp_path / "words.model"
    path.write_bytes(train(FEW).to_bytes())
    with np.load(path) as archive:
        assert b"embeddings" not in archive["manifest"].tobytes()
    assert LinearModel.load(path).manifest.embeddings is None


def test_embeddings_that_tell_nothing_do_not_count_however_good_words_are() -> None:
    clear = [Example(f"{each.text} {n}", each.topic) for n in range(20) for each in FEW]
    assert train(clear, embedder=Meaningless()).manifest.embeddings is None
    shuffled = [
        Example(f"{FEW[(n * 7 + n // 8) % 8].text} {n % 3}", FEW[n % 8].topic) for n in range(200)
    ]
    assert train(shuffled, embedder=Meaningless()).manifest.embeddings is None


def test_more_examples_than_are_embedded_leave_it_to_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training, "MOST_EMBEDDED", len(FEW) - 1)
    assert train(FEW, embedder=Refusing()).manifest.embeddings is None


def test_training_tells_how_many_texts_are_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_EMBEDDED_AT_ONCE", 3)
    told: list[tuple[int, int]] = []
    train(FEW, embedder=Embedder(), progress=lambda *done: told.append(done))
    assert told[-3:] == [(7, 9), (8, 9), (9, 9)]


def test_an_opinion_tells_what_the_embedding_added() -> None:
    learned = LearnedClassifier.untrained(
        Taxonomy.load(), KeywordClassifier().shares, embedder=shipped_embedder()
    )
    assert learned is not None
    first, *_ = learned.classify(
        [Document(text="ho la cantina allagata e il garage pieno di fango")]
    )
    (evidence,) = [each for each in first.evidence if each.rule == "embedding"]
    assert evidence.topic == first.topic
    assert evidence.weight > 0


def test_a_channel_of_which_little_is_known_keeps_what_words_knew_of_it() -> None:
    choose = random.Random(3)
    words = " ".join([*FLOODS, *HOUSES]).split()
    examples = [
        Example(f"{text} {' '.join(choose.choices(words, k=6))}", topic, channel)
        for number in range(150)
        for text, topic, _ in [FEW[number % len(FEW)]]
        for channel in ["fax" if number % 3 else "email"]
    ]
    manifest = train(examples, embedder=shipped_embedder()).manifest
    assert manifest.embeddings is not None
    assert manifest.embeddings.temperatures.keys() >= manifest.temperatures.keys() > set()


def test_whoever_wants_no_embeddings_has_none(file: Path) -> None:
    rules = {}
    for wanted in (True, False):
        options = ClassifierOptions(embeddings=wanted)
        for model in (file, None):
            (learned,) = open_classifiers((), model, options)
            opinions = learned.classify([Document(text=next(iter(MEANT)))])
            rules[wanted, model] = {each.rule for opinion in opinions for each in opinion.evidence}
    assert "embedding" in rules[True, file]
    assert "embedding" in rules[True, None]
    assert rules[False, file] == rules[False, None] == {"learned"}


def test_an_adapted_encoder_says_what_its_matrices_together_would() -> None:
    plain = Encoder.shipped()
    choose = np.random.default_rng(1)
    shapes = {
        name: matrix.own.shape
        for name, matrix in zip(
            ("attention", "mixing", "widening", "narrowing"), plain._layers[0].matrices, strict=True
        )
    }
    layers = len(plain._layers)
    adapter = Adapter(
        *(
            {name: choose.normal(0, 0.02, size(shape)).astype(np.float32) for name, shape in some}
            for some, size in (
                (shapes.items(), lambda shape: (layers, shape[0], 4)),
                (shapes.items(), lambda shape: (layers, 4, shape[1])),
            )
        )
    )
    adapted = plain.adapted(adapter)
    merged = plain.adapted(adapter)
    merged._layers = [
        type(layer)(
            *(
                matrix._replace(own=matrix.own + matrix.down @ matrix.up, down=None, up=None)
                for matrix in layer.matrices
            ),
            layer.norms,
        )
        for layer in adapted._layers
    ]
    told, wanted = adapted.vectors(FLOODS), merged.vectors(FLOODS)
    assert np.allclose(told, wanted, atol=1e-4)
    assert not np.allclose(told, plain.vectors(FLOODS), atol=1e-2)
