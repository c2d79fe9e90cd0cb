/** Reading: the filter, the current place in the contents, `j` and `k`. */
