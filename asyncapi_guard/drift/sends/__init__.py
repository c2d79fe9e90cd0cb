"""The events that an application emits, as they stand in a document.

What is sent is told from the sources: from literals, from models, and from hints. Where these do
not tell, anything may be sent, and a note says so. What is told is never less than what the code
may send: variables have all that they are given anywhere, whatever is changed after it was written
down is no longer known, and a parameter is known only where every call of its function is.
"""
