"""Themes: three or four given colours, and rules by which all others derive from them.

A theme file is TOML (``themes/light.toml`` explains the rules). Deriving solves for contrast, so that text can be
read by construction; ``READABLE`` lists which colours are read on which, and ``complaints`` measures a theme
against it. Nothing here knows Qt: ``studio.theming`` turns a ``Theme`` into palettes and style sheets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.api import TOML_BYTES_MAX, read_text, read_toml
from studio.model.color import contrast, from_oklch, is_hex, least_contrast, mix
from studio.model.signal import Signal

_PAGES = ("background", "surface", "chrome", "raised", "hover", "selection")
_CODE = ("background", "current_line", "selection", "execution_line", "handler_line", "fault_line", "match")
_DRAWING = ("background", "surface")
LANES = tuple(f"lane.{number}" for number in range(8))
_KINDS = "keyword type string number comment function actor operator escape interpolation"
SYNTAX = tuple(f"syntax.{kind}" for kind in _KINDS.split())

READABLE: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("text", (*_PAGES, "pressed", "past", *_CODE), 4.5),
    ("muted", _PAGES, 4.5),
    ("link", _PAGES, 4.5),
    ("accent", ("background",), 4.5),
    ("on_accent", ("accent", "accent_hover"), 4.5),
    ("error", _PAGES, 4.5),
    ("warning", _PAGES, 4.5),
    ("success", _PAGES, 4.5),
    ("line_number", ("background", "current_line"), 4.5),
    ("inline_value", ("background", "current_line", "execution_line", "handler_line", "fault_line"), 4.5),
    ("node_text", ("node",), 4.5),
    *((token, _CODE, 4.5) for token in SYNTAX),
    *((token, _DRAWING, 3.0) for token in LANES),
    *((token, _DRAWING, 3.0) for token in ("playhead", "fault", "edge", "checkpoint", "focus", "border_strong")),
)
"""Every pair that is read: a colour, what it is read on, and the contrast that WCAG AA asks for (3 for shapes)."""

Rule = str | Mapping[str, object]


class ThemeError(Exception):
    """A theme file cannot be used; the message is a sentence for its author."""


@dataclass(frozen=True)
class Theme:
    """All colours by token, as ``#rrggbb``."""

    name: str
    title: str
    dark: bool
    colors: Mapping[str, str]

    def color(self, token: str) -> str:
        """The colour of a token."""
        return self.colors[token]

    def complaints(self) -> list[str]:
        """The pairs of ``READABLE`` that cannot be read well enough, as sentences."""
        found = []
        for token, backgrounds, least in READABLE:
            for background in backgrounds:
                ratio = contrast(self.colors[token], self.colors[background])
                if ratio < least:
                    found.append(f"{token} on {background} has contrast {ratio:.2f}, below {least}")
        return found


@dataclass(frozen=True)
class ThemeSource:
    """A theme file as it was read; what it leaves out comes from its base."""

    name: str
    title: str
    dark: bool
    base: str = ""
    seed: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, Rule] = field(default_factory=dict)


def parse_theme(name: str, text: str) -> ThemeSource:
    """Reads a theme file. Raises ``ThemeError``."""
    try:
        data = read_toml(text)
    except ValueError as error:
        raise ThemeError(f"theme {name}: {error}") from error
    seed, tokens = data.get("seed", {}), data.get("tokens", {})
    if not isinstance(seed, dict) or not isinstance(tokens, dict):
        raise ThemeError(f"theme {name}: seed and tokens are tables")
    for key, value in seed.items():
        if not isinstance(value, str) or not is_hex(value):
            raise ThemeError(f"theme {name}: the seed {key} is not a colour such as #1a73e8")
    base = data.get("base", "")
    if base not in ("", "light", "dark"):
        raise ThemeError(f"theme {name}: base is light or dark, not {base!r}")
    dark = data.get("dark", base == "dark")
    return ThemeSource(name, str(data.get("title", name)), bool(dark), base, seed, _flat(tokens))


def _flat(tokens: Mapping[str, object], prefix: str = "") -> dict[str, Rule]:
    """TOML reads ``syntax.keyword`` as a table in a table; tokens are flat."""
    flat: dict[str, Rule] = {}
    for key, value in tokens.items():
        if isinstance(value, dict) and not {"mix", "hue"} & value.keys():
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value if isinstance(value, (str, dict)) else str(value)
    return flat


def resolve_theme(source: ThemeSource, base: ThemeSource | None = None) -> Theme:
    """Derives all colours. Raises ``ThemeError`` for a rule that cannot be followed."""
    seed = {**(base.seed if base else {}), **source.seed}
    rules: dict[str, Rule] = {**(base.tokens if base else {}), **source.tokens}
    colors = _Derivation(source.name, seed, rules).all()
    missing = {t for token, on, _ in READABLE for t in (token, *on)} - colors.keys()
    if missing:
        raise ThemeError(f"theme {source.name}: these colours are missing: {', '.join(sorted(missing))}")
    return Theme(source.name, source.title, source.dark, colors)


class _Derivation:
    """Follows the rules of one theme, each token once; a rule may use tokens that stand further down."""

    def __init__(self, name: str, seed: Mapping[str, str], rules: Mapping[str, Rule]) -> None:
        self.name = name
        self.rules: dict[str, Rule] = {**rules, **seed}
        self.done: dict[str, str] = {}
        self.open: list[str] = []

    def all(self) -> dict[str, str]:
        """Every colour."""
        return {token: self.color(token) for token in self.rules}

    def color(self, token: str) -> str:
        """The colour of a token or of ``#rrggbb`` itself."""
        if is_hex(token):
            return token.lower()
        if token in self.done:
            return self.done[token]
        if token not in self.rules:
            raise ThemeError(f"theme {self.name}: there is no colour called {token}")
        if token in self.open:
            raise ThemeError(f"theme {self.name}: {' → '.join([*self.open, token])} goes round in a circle")
        self.open.append(token)
        self.done[token] = self.follow(token, self.rules[token])
        self.open.pop()
        return self.done[token]

    def follow(self, token: str, rule: Rule) -> str:
        """The colour that a rule describes."""
        if isinstance(rule, str):
            return self.color(rule)
        try:
            on = [self.color(name) for name in _names(rule.get("on", []))]
            wanted = float(str(rule.get("contrast", 0)))
            if "mix" in rule:
                first, second = (self.color(name) for name in _names(rule["mix"]))
                if "amount" in rule:
                    return mix(first, second, float(str(rule["amount"])))
                return _least(lambda amount: mix(first, second, amount), on, wanted)
            hue, chroma = float(str(rule["hue"])), float(str(rule["chroma"]))
        except (KeyError, ValueError) as error:
            raise ThemeError(f"theme {self.name}: the rule of {token} cannot be followed ({error})") from error
        light = least_contrast("#ffffff", on) > least_contrast("#000000", on)
        return _least(
            lambda amount: from_oklch(0.5 + amount / 2 if light else 0.7 * (1 - amount), chroma, hue), on, wanted
        )


def _names(value: object) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("a list of colours is expected")
    return [str(name) for name in value]


def _least(color: Callable[[float], str], on: list[str], wanted: float) -> str:
    """The color for the smallest amount, from 0 to 1, that has the contrast everywhere; the best there is otherwise."""
    low, high = 0.0, 1.0
    for _ in range(22):
        middle = (low + high) / 2
        low, high = (low, middle) if least_contrast(color(middle), on) >= wanted else (middle, high)
    return color(high)


class ThemeModel:
    """Which theme is shown, which there are, and what the system wants.

    ``choice`` is ``system`` or the name of a theme; ``name`` is the theme that is shown.
    """

    def __init__(self, sources: Mapping[str, ThemeSource], choice: str = "system", system_dark: bool = False) -> None:
        self.changed: Signal[[]] = Signal()
        self._sources = dict(sources)
        self._resolved: dict[str, Theme] = {}
        self._choice = choice
        self._system_dark = system_dark
        self._theme = self._wanted()

    @property
    def choice(self) -> str:
        """``system`` or the name of a theme."""
        return self._choice

    @property
    def current(self) -> Theme:
        """The theme that is shown."""
        return self._theme

    @property
    def name(self) -> str:
        """The name of the theme that is shown: ``light``, ``dark`` or a user's own."""
        return self._theme.name

    @property
    def is_dark(self) -> bool:
        """Whether the theme that is shown has a dark background."""
        return self._theme.dark

    @property
    def names(self) -> tuple[str, ...]:
        """The themes that there are: light, dark, then the user's by name."""
        return tuple(sorted(self._sources, key=lambda name: (name not in ("light", "dark"), name != "light", name)))

    def title(self, name: str) -> str:
        """The title of a theme."""
        return self._sources[name].title

    def color(self, token: str) -> str:
        """The colour of a token in the theme that is shown, as ``#rrggbb``."""
        return self._theme.colors[token]

    def choose(self, choice: str) -> None:
        """Shows a theme, or follows the system."""
        self._choice = choice
        self._refresh()

    def toggle(self) -> None:
        """From dark to light or back."""
        self.choose("light" if self.is_dark else "dark")

    def set_system_dark(self, dark: bool) -> None:
        """Takes in what the system wants."""
        self._system_dark = dark
        self._refresh()

    def set_sources(self, sources: Mapping[str, ThemeSource]) -> None:
        """Takes in theme files that were read again."""
        if dict(sources) != self._sources:
            self._sources = dict(sources)
            self._resolved.clear()
            self._refresh()

    def _refresh(self) -> None:
        before = self._theme
        self._theme = self._wanted()
        if self._theme != before:
            self.changed.emit()

    def _wanted(self) -> Theme:
        name = self._choice if self._choice in self._sources else "dark" if self._system_dark else "light"
        if name not in self._resolved:
            source = self._sources[name]
            base = self._sources[source.base] if source.base and source.base != name else None
            self._resolved[name] = resolve_theme(source, base)
        return self._resolved[name]


def load_themes(*folders: Path) -> tuple[dict[str, ThemeSource], list[str]]:
    """Reads all theme files of some folders; gives the usable ones by name, and what is wrong with the others.

    Files of a later folder cannot take the names ``light`` and ``dark``.
    """
    found: dict[str, ThemeSource] = {}
    wrong: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            try:
                source = parse_theme(path.stem, read_text(path, TOML_BYTES_MAX))
                if source.name in found:
                    raise ThemeError(f"theme {source.name}: this name is taken; rename {path}")
                if source.name not in ("light", "dark"):
                    resolve_theme(source, found.get(source.base))
            except (OSError, UnicodeDecodeError) as error:
                wrong.append(f"theme {path.name} cannot be read: {error}")
            except ThemeError as error:
                wrong.append(str(error))
            else:
                found[source.name] = source
    return found, wrong


def theme_stamps(folder: Path) -> frozenset[tuple[str, int]]:
    """Which theme files there are in a folder and when they were written; it differs when one of them does."""
    stamps = set()
    for path in folder.glob("*.toml") if folder.is_dir() else ():
        with contextlib.suppress(OSError):  # a link that leads nowhere
            stamps.add((path.name, path.stat().st_mtime_ns))
    return frozenset(stamps)
