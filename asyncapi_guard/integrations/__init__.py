"""The adapters: they know Socket.IO and Flask, ask the guard, and act on its verdicts."""
