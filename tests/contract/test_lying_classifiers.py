"""The contract of classifiers is itself on trial: each liar must fail the promise it breaks."""

import importlib.util
from pathlib import Path

import pytest

from intake.testing.contracts import ClassifierContract

_DRAWER = Path(__file__).parents[1] / "plugins" / "lying_classifiers.py"


def _load_drawer():
    spec = importlib.util.spec_from_file_location("intake_lying_classifiers", _DRAWER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


drawer = _load_drawer()
PROMISES = sorted(name for name in vars(ClassifierContract) if name.startswith("test_"))


@pytest.mark.parametrize("liar", drawer.LIARS, ids=lambda liar: liar.__name__)
def test_a_liar_fails_the_promise_that_it_breaks(liar):
    contract = ClassifierContract()
    contract.patience_s = 0.1
    with pytest.raises((AssertionError, ArithmeticError, ValueError)):
        getattr(contract, liar.breaks)(liar())


@pytest.mark.parametrize("promise", PROMISES)
def test_the_honest_classifier_that_they_are_made_from_keeps_every_promise(promise):
    getattr(ClassifierContract(), promise)(drawer.Honest())


def test_every_promise_has_a_liar_who_breaks_it():
    assert {liar.breaks for liar in drawer.LIARS} == set(PROMISES)
