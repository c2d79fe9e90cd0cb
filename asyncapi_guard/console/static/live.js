/** Watching: what the guard counts. */
