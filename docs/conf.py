"""The documentation site: `nox -s docs` builds it, and it needs nothing from the network."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE.parent)]

from site_addresses import MOVED  # noqa: E402  # the path is set above

from asyncapi_guard import __version__  # noqa: E402  # as above

project = "asyncapi-guard"
author = "The asyncapi_guard developers"
copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_reredirects",
    # In docs/_extensions.
    "accessible_pages",
    "cli_reference",
    "docstrings",
    "github_anchors",
    "inline_pictures",
    "module_picture",
    "next_page",
    "repository_links",
    "traffic_code",
]
# Two hyphens before an option are two hyphens.
smartquotes = False
templates_path = ["_templates"]
exclude_patterns = ["_extensions"]

# -- Markdown --------------------------------------------------------------------------------------

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
# Anchors as GitHub makes them, so that a link works there and here.
myst_heading_anchors = 4
# The picture of architecture.md, which GitHub draws as well.
myst_fence_as_directive = ["mermaid"]

# -- Docstrings ------------------------------------------------------------------------------------

# `code` in a docstring is code.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "mixed"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 72
toc_object_entries_show_parents = "hide"
# Types of other packages have no page here. Those of this package must have one.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!asyncapi_guard\.).*"),
    # Type variables, and what is private.
    (r"py:.*", r"asyncapi_guard\..*\.(_\w+|Model)"),
    # What adapters ask a guard for; nobody else needs it.
    (r"py:.*", r"asyncapi_guard\.guard\.(rules\.Rule|security\.Entrance|plans\.Plan)"),
]

# -- HTML ------------------------------------------------------------------------------------------

html_theme = "furo"
html_title = "asyncapi-guard"
html_logo = "../asyncapi_guard/console/static/mark.svg"
html_favicon = "../asyncapi_guard/console/static/mark.svg"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
pygments_style = "code_colors.Light"
pygments_dark_style = "code_colors.Dark"
# Output and prompts are not for copying.
copybutton_exclude = ".linenos, .gp, .go"
copybutton_selector = "div:not(.no-copy) > div.highlight > pre"

# The colors are the console's: asyncapi_guard/console/static/style.css.
_SANS = (
    '-apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Liberation Sans", '
    '"Helvetica Neue", Arial, sans-serif'
)
_MONO = 'ui-monospace, "SF Mono", Menlo, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace'


def _colors(  # noqa: PLR0913  # one for each token
    *,
    page: str,
    surface: str,
    inset: str,
    hover: str,
    line: str,
    edge: str,
    ink: str,
    muted: str,
    accent: str,
    accent_soft: str,
) -> dict[str, str]:
    """Furo's variables for the console's tokens."""
    return {
        "font-stack": _SANS,
        "font-stack--monospace": _MONO,
        "color-foreground-primary": ink,
        "color-foreground-secondary": muted,
        "color-foreground-muted": muted,
        "color-foreground-border": edge,
        "color-background-primary": page,
        "color-background-secondary": surface,
        "color-background-hover": hover,
        "color-background-hover--transparent": f"{hover}00",
        "color-background-border": line,
        "color-background-item": line,
        "color-brand-primary": accent,
        "color-brand-content": accent,
        "color-brand-visited": accent,
        "color-code-background": surface,
        "color-code-foreground": ink,
        "color-inline-code-background": inset,
        "color-highlighted-background": accent_soft,
        "color-guilabel-background": accent_soft,
        "color-api-background": surface,
        "color-api-background-hover": hover,
        "color-api-overall": muted,
        "color-api-name": ink,
        "color-api-pre-name": muted,
        "color-api-paren": muted,
        "color-api-keyword": accent,
        "color-sidebar-background": surface,
        "color-sidebar-background-border": line,
        "color-sidebar-link-text--top-level": ink,
        "color-sidebar-link-text": ink,
        "color-sidebar-item-background--current": accent_soft,
        "color-sidebar-search-background": page,
        "color-sidebar-search-border": edge,
        "color-sidebar-caption-text": muted,
        "color-toc-title-text": muted,
        "color-toc-item-text": muted,
        "color-toc-item-text--active": accent,
        "color-table-header-background": inset,
        "color-table-border": line,
        "color-header-background": surface,
        "color-header-border": line,
        "color-header-text": ink,
        "color-admonition-background": surface,
        "color-announcement-background": surface,
        "color-announcement-text": ink,
    }


html_theme_options = {
    "light_css_variables": _colors(
        page="#f7f8fa",
        surface="#ffffff",
        inset="#eff2f6",
        hover="#e7ebf2",
        line="#e2e6ed",
        edge="#7c8595",
        ink="#171b24",
        muted="#545d6d",
        accent="#3349c4",
        accent_soft="#edf0fd",
    ),
    "dark_css_variables": _colors(
        page="#0f1115",
        surface="#161920",
        inset="#1f242d",
        hover="#282e39",
        line="#2b303b",
        edge="#6d7687",
        ink="#e8ebf1",
        muted="#a4adbc",
        accent="#a9b8ff",
        accent_soft="#222946",
    ),
    "footer_icons": [],
    "top_of_page_buttons": [],
}

# -- Old addresses, and others' --------------------------------------------------------------------

redirects = MOVED
linkcheck_ignore = [r"https?://(localhost|127\.0\.0\.1)", r"https?://[^/]*\.example"]
linkcheck_anchors = False
linkcheck_timeout = 20
