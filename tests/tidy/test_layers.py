"""The architecture's table of who may import whom, held against the code."""

from __future__ import annotations

from tests.tidy.sources import ROOT, RULES, Source, imports, rule_for, sources


def _place(module: str, names: tuple[str, ...]) -> list[str]:
    """Where a module of ours is: as a file where it is one, otherwise as a folder."""
    path = module.replace(".", "/")
    if (ROOT / f"{path}.py").exists():
        return [f"{path}.py"]
    if not names:
        return [path]
    return [
        f"{path}/{n}.py"
        if (ROOT / path / f"{n}.py").exists()
        else f"{path}/{n}"
        if (ROOT / path / n).is_dir()
        else path
        for n in names
    ]


def _violations(source: Source) -> list[str]:
    rule = rule_for(source.path, RULES["may_import"])
    if rule is None:
        return []
    key, allowed = rule
    found = []
    for line, module, names in imports(source):
        if module.split(".")[0] not in ("engine", "studio"):
            continue
        for place in _place(module, names):
            own = place == key or place.startswith(key + "/")
            granted = any(place == a or place.startswith(a + "/") for a in allowed)
            package_itself = place in ("engine", "studio")
            if not (own or granted or package_itself):
                found.append(
                    f"{source.path}:{line} imports {place}; {key} may import {', '.join(allowed) or 'nothing of ours'}"
                )
    return found


def test_every_folder_imports_only_what_the_layer_table_lists() -> None:
    found = [violation for source in sources("engine", "studio") for violation in _violations(source)]
    assert not found, "\n".join(found)


def test_every_source_file_has_a_place_in_the_layer_table() -> None:
    free = {"engine/__init__.py", "studio/__init__.py", "studio/__main__.py", "engine/__main__.py"}
    lost = [
        s.path
        for s in sources("engine", "studio")
        if s.path not in free and rule_for(s.path, RULES["may_import"]) is None
    ]
    assert not lost, f"add these to tests/tidy/layers.toml: {lost}"


def test_outside_libraries_are_imported_only_where_the_table_says() -> None:
    found = []
    for source in sources("engine", "studio"):
        for line, module, _ in imports(source):
            places = RULES["only"].get(module.split(".")[0])
            if places is not None and not any(source.path == p or source.path.startswith(p + "/") for p in places):
                found.append(f"{source.path}:{line} imports {module}; only {', '.join(places)} may")
    assert not found, "\n".join(found)


def test_services_use_no_widgets() -> None:
    found = []
    for folder, allowed in RULES["qt_modules"].items():
        for source in sources(folder):
            found += [
                f"{source.path}:{line} imports {module}; a service tells a model, and a view shows it"
                for line, module, _ in imports(source)
                if module.startswith("PySide6") and module not in allowed
            ]
    assert not found, "\n".join(found)


def test_imports_are_absolute() -> None:
    found = [
        f"{s.path}:{line}"
        for s in sources("engine", "studio", "tests")
        for line, module, _ in imports(s)
        if module.startswith(".")
    ]
    assert not found, found
