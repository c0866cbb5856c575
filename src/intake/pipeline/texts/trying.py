"""Opens a classifier of others to see whether it can be: it may hang, or end its process."""

from __future__ import annotations

from typing import Any

from intake.classifying.guarded import SilentClassifier
from intake.engines.children import Child
from intake.engines.forking import ForkServers, NotForked
from intake.engines.limits import Limits
from intake.engines.scratch import scratch_folder
from intake.errors import ConfigError, TransientFailure
from intake.pipeline import tasks
from intake.pipeline.texts.classifiers import open_by_name
from intake.schemas.classifications import ClassifierOptions


def open_in_child(
    name: str, options: ClassifierOptions, servers: ForkServers, limits: Limits
) -> str:
    """Open the classifier ``name`` in a child with ``limits``; return the name it gives itself.

    Raises:
        ConfigError: it cannot be opened, does not come to an end, or ended the child.
        StoreError: the machine has no room for a process.
    """
    payload = {"name": name, "options": options.model_dump(mode="json")}
    with scratch_folder() as folder, Child(servers, limits, temp_dir=str(folder)) as child:
        try:
            answer = child.call(tasks.TRY_PLUGIN, payload)
        except NotForked:
            raise  # no plugin was opened
        except TransientFailure as death:
            raise _refused(name, death.message) from death
    return str(answer["name"])


def try_plugin(payload: dict[str, Any]) -> dict[str, Any]:
    """Open the classifier ``name`` with ``options``, in the child."""
    options = ClassifierOptions.model_validate(payload["options"])
    opened = open_by_name(payload["name"], options, timeout_s=0)
    if isinstance(opened, SilentClassifier):
        raise _refused(payload["name"], opened.reason)
    return {"name": opened.name}


def _refused(name: str, reason: str) -> ConfigError:
    return ConfigError(
        f"The classifier {name!r} cannot be used: {reason.rstrip('.')}.",
        remedy=f"Mend or update its package, or take {name!r} out of classify.classifiers.",
    )
