/** Trying: sending events, and seeing what comes back. */
