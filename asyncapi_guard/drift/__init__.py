"""Code against a file: an application imported, its handlers and emits found and compared."""
