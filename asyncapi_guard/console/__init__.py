"""The console: static files for the docs and try-it page, and the browser client they share."""
