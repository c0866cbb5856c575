"""The command `intake`: options before the verb, the verbs, errors to exit codes."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from intake import __version__
from intake.cli import logs
from intake.cli.commands import files, items, learning, models, requests, setup, work
from intake.cli.render import complain
from intake.cli.session import Session
from intake.cli.streams import speak_plainly
from intake.errors import IntakeError, StoreError

DEFECT = 70
INTERRUPTED = 130
TERMINATED = 143

app = typer.Typer(
    name="intake",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Citizens' messages in, tracked requests out.",
    epilog="Example: intake init, then intake check, then intake run",
)
for module in (setup, work, requests, items, files, learning, models):
    module.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends by raising SystemExit with the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, _terminate)
    speak_plainly()
    try:
        app(given, prog_name="intake")
    except IntakeError as error:
        if _wants_details(given):
            traceback.print_exc()
        complain(error.message, error.remedy)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(_hung_up())
    except OSError as error:
        complain(f"The operating system refused: {error}", StoreError.default_remedy)
        sys.exit(StoreError.exit_code)
    except Exception as error:  # noqa: BLE001 - the last door: whatever comes here is a defect
        sys.exit(_defect(error, with_details=_wants_details(given)))


def _terminate(_signal: int, _frame: object) -> None:
    """End as Ctrl-C does: children are ended and what is held is given back."""
    sys.exit(TERMINATED)


def _hung_up() -> int:
    """Say nothing more to a reader that is gone, such as `head`."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"intake {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            help="The configuration file; else $INTAKE_CONFIG, else ./intake.toml.",
        ),
    ] = None,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="Log more; twice for everything.")
    ] = 0,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Say nothing unless a person is needed: for cron."),
    ] = False,
    debug: Annotated[  # noqa: ARG001 - read by main(), which is there before the options are
        bool, typer.Option("--debug", help="Print the traceback of errors; also INTAKE_DEBUG=1.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    logs.configure(verbose=verbose, quiet=quiet)
    context.obj = Session(config=config, quiet=quiet)


def _wants_details(arguments: Sequence[str]) -> bool:
    return "--debug" in arguments or os.environ.get("INTAKE_DEBUG", "0") not in ("", "0")


def _defect(error: Exception, *, with_details: bool) -> int:
    if with_details:
        traceback.print_exception(error)
    complain(
        f"This is a defect of intake {__version__}: {type(error).__name__}: {error}",
        "Nothing that was received is lost. Please report it with the output of --debug.",
    )
    return DEFECT
