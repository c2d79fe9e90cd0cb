"""Comments that say which findings are meant to be there.

    payload: {type: string, format: emial}  # guard: ignore[unknown-format] the old clients' own

suppresses a rule on its line, and `# guard: ignore-file[CODE]`, above the document's first line, in
the whole file. Nothing is ignored by accident: a comment must name codes, and is a finding itself
when it names none or one that nobody knows (`bad-comment`), or suppresses nothing
(`unused-ignore`).

Reading YAML's comments takes no YAML parser: where the text says `# guard:` at all, a pass over the
lines up to the last such place tells comments from quoted strings and block scalars. In doubt a
text counts as no comment: a finding too many is seen, one too few is not.

Where an application is compared with its document, comments in its Python sources count as well,
which Python's own tokenizer finds.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from asyncapi_guard.errors import Finding, Severity
from asyncapi_guard.lint.rules import RULES
from asyncapi_guard.lint.settings import ALWAYS, known_codes, nearest_code
from asyncapi_guard.spec.wording import cut

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

__all__ = ["apply_comments"]

_WORDS = ("ignore", "ignore-file")
#: What looks like one of ours: `# guard: word[codes]`, the codes perhaps forgotten.
_COMMENT = re.compile(r"#\s*guard:\s*(?P<word>[\w-]*)\s*(?P<codes>\[[^\]\n]*(?P<end>\])?)?")


def apply_comments(
    findings: Iterable[Finding],
    texts: Mapping[str, str],
    sources: Mapping[str, str] | None = None,
    *,
    looked_for: Collection[str] | None = None,
    own: Collection[str] = (),
) -> tuple[Finding, ...]:
    """The findings without those that comments suppress, with those about the comments.

    Args:
        findings: what was found, in order.
        texts: the text of each file that was read, by the name that its findings have; the document
            itself comes first. Comments in the files that it refers to are never called unused:
            another document may need them.
        sources: the Python sources of the application that was compared with the document; `None`
            when the document was looked at by itself. A comment is called unused only by a run that
            looks for its code, and the faults of the document's comments are told when it is looked
            at by itself. Comments in sources are never called unused: they may be of several
            applications.
        looked_for: the codes that this run looked for; by default all that there are.
        own: the names of the project's own rules, which are codes as well.
    """
    found = tuple(findings)
    every = {**texts, **(sources or {})}
    commented = {name: text for name, text in every.items() if _may_have_comments(name, text)}
    if not commented:
        return found
    main = next(iter(texts))
    unread = any(finding.code in ALWAYS for finding in found)
    by_file = defaultdict(list)
    for finding in found:
        by_file[finding.file].append(finding)
    extra: dict[str, list[Finding]] = {}
    suppressed: set[Finding] = set()
    known = known_codes().union(own)
    if looked_for is None:
        looked_for = [c for c, rule in RULES.items() if rule.about_code == (sources is not None)]
    for name, text in commented.items():
        in_source = sources is not None and name in sources
        comments = _comments_in_python(text) if in_source else _comments(text)
        page = _Page(name, list(_ignores(comments)), by_file[name], known)
        extra[name] = page.about_comments(
            faults=sources is None or in_source,
            unused=looked_for if name == main and not unread else (),
        )
        suppressed |= page.suppressed
    return _merged([finding for finding in found if finding not in suppressed], extra)


def _may_have_comments(name: str, text: str) -> bool:
    return "guard:" in text and not name.lower().endswith(".json")


def _merged(found: list[Finding], extra: dict[str, list[Finding]]) -> tuple[Finding, ...]:
    """The findings about comments among the others of their file, by line."""
    if not any(extra.values()):
        return tuple(found)
    several = [*found, *(finding for page in extra.values() for finding in page)]
    order: dict[str, int] = {}
    for finding in several:
        order.setdefault(finding.file, len(order))
    # Stable: within a file, findings keep their order wherever it is that of the lines.
    return tuple(sorted(several, key=lambda each: (order[each.file], each.line)))


# -- what one file's comments do -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ignore:
    """A comment: where it stands, what it says, and whether it has a line for itself."""

    line: int
    column: int
    word: str
    codes: tuple[str, ...]
    problem: str
    alone: bool

    @property
    def whole_file(self) -> bool:
        return self.word == "ignore-file"


class _Page:
    """One file: its comments, its findings, and who suppresses whom."""

    def __init__(
        self,
        name: str,
        ignores: list[_Ignore],
        findings: list[Finding],
        known: frozenset[str],
    ) -> None:
        self.name = name
        self.known = known
        self.ignores = ignores
        self.lines: dict[int, set[str]] = defaultdict(set)
        self.everywhere: set[str] = set()
        for ignore in ignores:
            if not ignore.problem:
                where = self.everywhere if ignore.whole_file else self.lines[ignore.line]
                where |= set(ignore.codes) - ALWAYS
        self.codes_at: dict[int, set[str]] = defaultdict(set)
        for finding in findings:
            self.codes_at[finding.line].add(finding.code)
        self.suppressed = {each for each in findings if self.suppresses(each)}

    def suppresses(self, finding: Finding) -> bool:
        return finding.code in self.everywhere or finding.code in self.lines.get(finding.line, ())

    def about_comments(self, *, faults: bool, unused: Collection[str]) -> list[Finding]:
        """What is wrong with the comments themselves.

        Args:
            faults: what they say wrong.
            unused: codes that were looked for, so that a comment about them ought to be of use.
        """
        found = []
        for ignore in self.ignores:
            if faults:
                several = self._faults(ignore)
                found += [self._finding(ignore, "bad-comment", text) for text in several]
            found += [
                self._finding(ignore, "unused-ignore", self._unused(ignore, code))
                for code in self._unused_codes(ignore)
                if code in unused
            ]
        return [finding for finding in found if not self.suppresses(finding)]

    def _finding(self, ignore: _Ignore, code: str, message: str) -> Finding:
        return Finding(self.name, ignore.line, ignore.column, "", message, code, Severity.WARNING)

    def _faults(self, ignore: _Ignore) -> Iterator[str]:
        if ignore.problem:
            yield ignore.problem + self._meant(ignore)
            return
        for code in ignore.codes:
            if code in ALWAYS:
                yield f"{code!r} can't be ignored, because nothing else is validated; fix it"
            elif code not in self.known:
                yield f"unknown rule code {code!r}{nearest_code(code, self.known)}"

    def _meant(self, ignore: _Ignore) -> str:
        """Which codes somebody meant who gave none."""
        if ignore.codes or not ignore.word or ignore.whole_file:
            return ""
        here = sorted(self.codes_at.get(ignore.line, set()) - ALWAYS)
        return f"; for this line: `# guard: ignore[{', '.join(here)}]`" if here else ""

    def _unused_codes(self, ignore: _Ignore) -> list[str]:
        """The codes that suppress nothing; those about comments are never among them."""
        if ignore.problem:
            return []
        present = (
            set().union(*self.codes_at.values())
            if ignore.whole_file
            else self.codes_at.get(ignore.line, set())
        )
        known = self.known - ALWAYS - {"bad-comment", "unused-ignore"}
        return [code for code in ignore.codes if code in known and code not in present]

    def _unused(self, ignore: _Ignore, code: str) -> str:
        place = "file" if ignore.whole_file else "line"
        text = f"this comment ignores {code!r}, but the {place} has no such finding; remove "
        text += "the comment" if len(ignore.codes) == 1 else "the code"
        below = code in self.codes_at.get(ignore.line + 1, ())
        if ignore.alone and below and not ignore.whole_file:
            return (
                f"{text}, or move it to the end of the next line, because it applies to its own "
                "line"
            )
        return text


# -- reading comments ------------------------------------------------------------------------------


def _ignores(comments: Iterable[_Comment]) -> Iterator[_Ignore]:
    for comment in comments:
        ignore = _parsed(comment)
        if ignore is not None:
            yield ignore


class _Comment(NamedTuple):
    """A comment with `guard:` in it."""

    line: int
    column: int
    text: str
    alone: bool
    first: bool


def _parsed(comment: _Comment) -> _Ignore | None:
    """What a comment asks for; `None` when it is a sentence that has `guard:` in it."""
    match = _COMMENT.match(comment.text)
    if match is None:
        return None
    word = match["word"]
    if word not in _WORDS and not match["codes"] and not _near(word):
        return None
    codes = [code.strip() for code in (match["codes"] or "").strip("[]").split(",")]
    named = tuple(dict.fromkeys(code for code in codes if code))
    problem = _problem(word, named, closed=bool(match["end"] or not match["codes"]), at=comment)
    return _Ignore(comment.line, comment.column, word, named, problem, comment.alone)


def _near(word: str) -> bool:
    from difflib import get_close_matches

    return bool(get_close_matches(word, _WORDS, n=1, cutoff=0.75))


def _problem(word: str, codes: tuple[str, ...], *, closed: bool, at: _Comment) -> str:
    if word not in _WORDS:
        meant = "ignore-file" if "file" in word else "ignore"
        return f"unknown comment 'guard: {word}', which has no effect; did you mean '{meant}'?"
    if not codes:
        return f"this comment has no rule codes; write `# guard: {word}[CODE, CODE]`"
    if not closed:
        return cut(f"unclosed bracket; write `# guard: {word}[{', '.join(codes)}]`")
    if any(code == "ALL" or "*" in code for code in codes):
        return "a comment can't ignore a group; list the codes, or use the configuration"
    if word == "ignore-file" and not at.first:
        return (
            "'ignore-file' has no effect here; move it above the first key or statement of the file"
        )
    return ""


#: Characters of a comment that are read.
_LONGEST = 2_000
_MARK = re.compile(r"(?:^|(?<=\s))#[ \t]*guard:", re.MULTILINE)
#: As YAML 1.2 counts lines.
_BREAK = re.compile(r"\r\n|[\n\r]")
_TAGS = r"(?:[!&][^\s,\[\]{}]*[ \t]+)*"
_HEADER = _TAGS + r"[|>][-+0-9]{0,2}$"
#: A block scalar begins: `|` or `>` is all that stands behind a key, a dash, or at a line's start.
_BLOCK = re.compile(rf"(?:^[ ]*|[:?\-][ \t]+){_HEADER}")
_BARE_BLOCK = re.compile(_HEADER)
_DASHES = re.compile(r" *(?:[-?] +)*")
#: What may begin outside of a plain scalar: a comment, or a quoted string.
_OPENING = re.compile(
    rf"""(?P<hash>(?:^|(?<=[ \t]))\#)
    |(?:^[ \t]*|[:?\-][ \t]+|(?<=["']):|[\[{{,][ \t]*){_TAGS}(?P<quote>["'])""",
    re.VERBOSE,
)
_REST = {'"': re.compile(r'(?:[^"\\]|\\.)*"'), "'": re.compile(r"(?:[^']|'')*'(?!')")}


def _comments(text: str) -> Iterator[_Comment]:
    """The comments with `guard:` in them, in order."""
    marks = [match.end() for match in _MARK.finditer(text)]
    if not marks:
        return
    # What comes after the last of them cannot change what they are.
    end = text.find("\n", marks[-1])
    lines = _BREAK.split(text if end < 0 else text[:end])
    for number, code, comment, first in _split(lines):
        for match in _MARK.finditer(comment):
            column = len(code) + match.start() + 1
            said = comment[match.start() : match.start() + _LONGEST]
            yield _Comment(number, column, said, not code.strip(), first)


def _split(lines: list[str]) -> Iterator[tuple[int, str, str, bool]]:
    """Each line with a comment: its number, what is before it, the comment, if it is at the top."""
    quote = ""
    block: int | None = None
    top = True
    for number, line in enumerate(lines, 1):
        start = 0
        if quote:
            end = _REST[quote].match(line)
            if end is None:
                continue
            start = end.end()
        elif block is not None:
            if not line.strip() or len(line) - len(line.lstrip(" ")) > block:
                continue
            block = None
        hash_at, quote = _scan(line, start)
        code = line[:hash_at]
        if hash_at < len(line):
            yield number, code, line[hash_at:], top
        top = top and (not code.strip() or code.startswith(("---", "%")))
        block = _block_indent(code.rstrip())


def _scan(line: str, start: int) -> tuple[int, str]:
    """Where a line's comment begins, or its end; and the quote that is still open there."""
    while match := _OPENING.search(line, start):
        quote = match["quote"]
        if not quote:
            return match.start(), ""
        rest = _REST[quote].match(line, match.end())
        if rest is not None:
            start = rest.end()
        elif match[0].startswith(",") and not re.search(r"[\[{]", line[: match.start()]):
            # A sentence with a comma and a quote.
            start = match.end()
        else:
            return len(line), quote
    return len(line), ""


def _block_indent(code: str) -> int | None:
    """The indentation beyond which the next lines are a block scalar's text, if one begins."""
    if not code.endswith(("|", ">", "-", "+", *"0123456789")) or not _BLOCK.search(code):
        return None
    dashes = _DASHES.match(code)
    if dashes is None or not _BARE_BLOCK.match(code, dashes.end()):
        return dashes.end() if dashes else 0
    return len(dashes[0].rstrip()) - 1 if dashes[0].strip() else dashes.end() - 1


# -- in Python -------------------------------------------------------------------------------------

#: What may stand above a comment at the top of a module: other comments, and the docstring.
_ABOVE = frozenset(
    (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.STRING)
)


def _comments_in_python(text: str) -> Iterator[_Comment]:
    """The comments with `guard:` in them, in order, as far as it is Python."""
    top = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            top = top and token.type in _ABOVE
            if token.type != tokenize.COMMENT:
                continue
            line, column = token.start
            alone = not token.line[:column].strip()
            for match in _MARK.finditer(token.string):
                said = token.string[match.start() : match.start() + _LONGEST]
                yield _Comment(line, column + match.start() + 1, said, alone, top)
    except (tokenize.TokenError, SyntaxError):
        return
