"""`pip install NAME…` of the reader, in the virtual environment VENV: `reader_pip.py VENV install NAME…`.

Links the packages that the environment of this Python has, with those that they depend on, so that the documents need
no network and use the versions under test. A package that is not installed there is an error.
"""

import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

venv, command, *wanted = sys.argv[1:]
source, target = Path(sys.prefix).resolve(), Path(venv).resolve()


def link(file: Path) -> None:
    """Links a file, or the outermost folder that only its package has; a program gets the Python of the environment."""
    inside = file.relative_to(source)
    if inside.parts[0] == "bin":
        head, _, rest = file.read_text().partition("\n")
        place = target / inside
        place.write_text(f"#!{target / 'bin/python'}\n{rest}" if head.startswith("#!") else head + rest)
        place.chmod(0o755)
        return
    depth = inside.parts.index("site-packages") + 2 if "site-packages" in inside.parts else 2
    place = target.joinpath(*inside.parts[:depth])
    if not place.is_symlink():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(source.joinpath(*inside.parts[:depth]))


def install(requirement: Requirement, done: set[str]) -> None:
    """Links a package and what it depends on."""
    found = distribution(requirement.name)
    name = found.metadata["Name"] + str(sorted(requirement.extras))
    if name in done:
        return
    done.add(name)
    for file in found.files or []:
        link(Path(found.locate_file(file)).resolve())
    for needed in map(Requirement, found.requires or []):
        if not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in ["", *requirement.extras]):
            install(needed, done)


if command != "install":
    sys.exit(f"this pip installs only; it cannot {command}")
try:
    done: set[str] = set()
    for name in wanted:
        install(Requirement(name), done)
except PackageNotFoundError as missing:
    sys.exit(f"{missing} is not installed for the tests")
