"""The adapter for servers that run on asyncio: the text of the one for threads, with `await`."""
