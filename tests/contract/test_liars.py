"""The contract is itself on trial: each connector of the drawer must fail the promise it breaks."""

import importlib.util
import inspect
from pathlib import Path

import pytest

from intake.errors import IntakeError
from intake.testing.contracts import ConnectorContract
from intake.testing.fakes import FakeConnector, FakeOptions, FakeSource

_DRAWER = Path(__file__).parents[1] / "plugins" / "liars.py"


def _load_drawer():
    spec = importlib.util.spec_from_file_location("intake_liars", _DRAWER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


drawer = _load_drawer()
PROMISES = sorted(name for name in vars(ConnectorContract) if name.startswith("test_"))


def keep(promise: str, connector_class: type, *, removes: bool) -> None:
    """Run one promise of the contract on a fresh world; raises what the promise raises."""
    contract = ConnectorContract()
    contract.removes_on_acknowledge = removes
    world = FakeSource(removes=removes)
    test = getattr(contract, promise)
    given = {
        "world": world,
        "connector": lambda: connector_class("fake", FakeOptions(world=world)),
    }
    test(**{name: given[name] for name in inspect.signature(test).parameters})


@pytest.mark.parametrize("liar", drawer.LIARS, ids=lambda liar: liar.__name__)
def test_a_liar_fails_the_promise_that_it_breaks(liar, monkeypatch):
    monkeypatch.setattr("intake.testing.connector_contract._PATIENCE_S", 0.2)
    with pytest.raises((AssertionError, IntakeError, LookupError, ValueError)):
        keep(liar.breaks, liar, removes=liar.removes)


@pytest.mark.parametrize("removes", [True, False], ids=["removes", "keeps"])
@pytest.mark.parametrize("promise", PROMISES)
def test_the_honest_connector_that_they_are_made_from_keeps_every_promise(promise, removes):
    keep(promise, FakeConnector, removes=removes)


def test_every_promise_has_a_liar_who_breaks_it():
    assert {liar.breaks for liar in drawer.LIARS} == set(PROMISES)
