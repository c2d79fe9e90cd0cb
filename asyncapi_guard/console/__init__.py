"""The console: pages to read a document, to try it and to watch its traffic.

`pages.Pages` makes HTML of a contract; `static/` holds what the browser needs beside it.
"""
