"""Use intake from another program: `python examples/library.py intake.toml`."""

import sys

from intake import Channel, Intake, RawItem, RequestDraft

with Intake.open(sys.argv[1]) as app:
    form = RawItem(
        source="web", key="form-17", profile="form", content=b'{"text": "Dove si raccolgono?"}'
    )
    app.receive(form)  # it is ours; the same key twice is taken once
    report = app.run()  # polls every source, then reads, classifies and files
    print(report.processed.filed, "new requests; exit code", report.exit_code)
    call = app.submit(RequestDraft(channel=Channel.PHONE, text="Chiede un opuscolo."))
    app.requests.transition(call.reference, to="triaged", by="op17")
    for request in app.requests.find(limit=10):
        print(request.reference, request.channel, request.urgency, request.topic)
