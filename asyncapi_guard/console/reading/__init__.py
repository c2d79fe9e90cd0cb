"""A document as people read it: pure views of a contract, without HTML pages and without I/O."""
