"""How an encoder is taught a question: ``scripts/tuning.py``."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from intake.classifying.encoding.encoder import Adapter, Encoder

SCRIPT = Path(__file__).parents[3] / "scripts" / "tuning.py"
CALLS = ["la casa brucia con noi dentro", "siamo sotto le macerie", "the water is over our heads"]
CALM = ["vorrei il modulo della domanda", "quando aprite?", "thank you for your kind answer"]
TRUTH = np.array([True] * len(CALLS) + [False] * len(CALM))


@pytest.fixture(scope="module")
def tuning() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tuning", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def lessons(tuning: ModuleType) -> Any:
    everyone = np.ones(len(TRUTH), dtype=np.float32)
    signals = np.zeros((len(TRUTH), 2), dtype=np.float32)
    return tuning.Lessons(CALLS + CALM, signals, TRUTH, everyone, everyone)


def _decisions(adapter: Adapter, head: Any, texts: list[str]) -> np.ndarray:
    vectors = Encoder.shipped().adapted(adapter).vectors(texts)
    inputs = np.hstack([vectors, np.zeros((len(texts), 2))])
    return np.maximum(inputs @ head.inner + head.inner_bias, 0) @ head.outer + head.bias


def test_every_gradient_is_how_much_a_small_difference_costs(tuning: ModuleType) -> None:
    choose = np.random.default_rng(1)
    learner = tuning.Learner.shipped()
    learner.prepare(2, choose)
    for parameter in learner.parameters:
        parameter.value += choose.normal(0, 0.05, parameter.value.shape).astype(np.float32)
    cut = learner.cut([CALLS[0], CALM[0], CALM[1]])
    signals = choose.random((3, 2)).astype(np.float32)
    truth = np.array([1, 0, 0])

    def loss() -> tuple[float, np.ndarray]:
        decisions = learner.decide(cut, signals, 0.0)
        return float(np.logaddexp(0, np.where(truth, -1, 1) * decisions).sum()), decisions

    _, decisions = loss()
    learner.learn((1 / (1 + np.exp(-decisions)) - truth).astype(np.float32))
    network, thin = learner.parameters[:4], learner.parameters[4:]
    tried = [*network, *thin[:8], *thin[-8:]]  # of the first layer and of the last
    gradients = [parameter.gradient.copy() for parameter in tried]
    for parameter, gradient in zip(tried, gradients, strict=True):
        steepest = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        value, costs = parameter.value[steepest], []
        for difference in (0.005, -0.005):
            parameter.value[steepest] = value + difference
            costs.append(loss()[0])
        parameter.value[steepest] = value
        assert (costs[0] - costs[1]) / 0.01 == pytest.approx(gradient[steepest], rel=0.05)


def test_what_is_taught_is_known_and_reaches_what_means_the_same(
    tuning: ModuleType, lessons: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "ROUNDS", 25)
    taught = tuning.tune(lessons, seed=1)
    assert ((_decisions(*taught, CALLS + CALM) > 0) == TRUTH).all()
    called, calm = _decisions(*taught, ["das Haus brennt, wir sind noch drin", "Danke schön"])
    assert called > calm


def test_a_batch_of_one_text_is_learned_too(
    tuning: ModuleType, lessons: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "ROUNDS", 8)
    monkeypatch.setattr(tuning, "TOKENS", 1)
    taught = tuning.tune(lessons, seed=1)
    decisions = _decisions(*taught, CALLS + CALM)
    assert decisions[TRUTH].mean() > decisions[~TRUTH].mean()


def test_the_same_lessons_and_seed_teach_the_same(tuning: ModuleType, lessons: Any) -> None:
    (adapter, head), (again, head_again) = (tuning.tune(lessons, seed=1) for _ in range(2))
    assert (head.inner == head_again.inner).all()
    assert all((adapter.up[name] == again.up[name]).all() for name in adapter.up)
    assert any(adapter.up[name].any() for name in adapter.up)


def test_an_adapter_that_was_stored_adds_nearly_the_same(tuning: ModuleType, lessons: Any) -> None:
    adapter, _ = tuning.tune(lessons, seed=1)
    again = Adapter.from_arrays(adapter.arrays())
    for name in adapter.down:
        added, added_again = (each.down[name] @ each.up[name] for each in (adapter, again))
        assert np.abs(added_again - added).max() < 0.01 * np.abs(added).max()
