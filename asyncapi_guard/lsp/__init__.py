"""The language server: `asyncapi-guard lsp`. It needs pygls (`pip install "asyncapi-guard[lsp]"`).

How it is built:

    serving.py        make_server(): a server with all features
    server.py         GuardServer: synchronization, and what features have in common
    surroundings.py   what the server needs of the command line: configuration, pages of rules
    texts.py          lines, offsets and UTF-16 columns of a text, and changes to it
    open_files.py     open documents, which shadow files on the disk; files, each read once
    snapshots.py      a text that could be read: its data, and where each value is
    parts.py          texts read part by part: what did not change is not read again
    views.py          a document with all that it refers to, in Socket.IO's terms
    grammar_places.py  what a place is, by the grammar
    meaning.py        what operations, messages and others mean, as text
    field_texts.py    what fields mean, as text
    locations.py      where things are, in the protocol's words
    findings.py       findings as diagnostics
    checking.py       validates documents as they change, and publishes what is found
    text_edits.py     what differs between two texts, as edits of the protocol
    fixes.py          fixes of findings as new texts
    followed_references.py   what each part of a reference names, across files
    completing/       what can be written at the cursor, also in half-written documents
    features/         one module for each feature

To add a feature, write `features/NAME.py` with two parts: functions that compute the answer from a
`View` or a `Snapshot` (no server, no I/O, tested by themselves), and `register(server)`, which adds
the handler with `@server.feature(...)`. Then add the module to `FEATURES` in
`features/__init__.py`.

A handler gets its document with `server.files.document(uri)`. `document.snapshot()` is the latest
text that could be read, or `None`. While somebody types, that can be an earlier text:
`document.in_snapshot(position)` finds the same place there, and `document.range_of(start, end)`
turns offsets of the snapshot into a range of the present text. `document.text` is the present text,
readable or not. `server.spot(uri, position)` is the view of the document with what is under the
cursor. `server.checks.found(uri)` has the findings that were published last, each with its
diagnostic, and `server.checks.examined(uri)` what the linter saw, for repairs.
"""
