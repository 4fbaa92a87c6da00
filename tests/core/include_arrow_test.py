#!/usr/bin/env python3
"""Fails on every #include that goes against the include table of ARCHITECTURE.md.

include_arrow_test.py ROOT
"""
import pathlib
import re
import sys

# room -> rooms it may include besides itself
MAY_INCLUDE = {
    "core": set(),
    "catalogs": {"core"},
    "ipam": {"core"},
    "switch-drivers": {"core"},
    "pxe": {"core"},
    "provisioner": {"core", "catalogs", "ipam", "switch-drivers", "pxe"},
    "web": {"core", "catalogs", "ipam", "provisioner"},
}
# The composition root knows every class; tests may look anywhere.
FREE = {"provisioner/main.cpp"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def problem_of(path, quote, included):
    """What is wrong with one include line of the file `path` (relative to the root), or None."""
    if path in FREE:
        return None
    room = path.split("/", 1)[0]
    target = included.split("/", 1)[0]
    if quote == "<":
        if target in MAY_INCLUDE:
            return f'includes our own header as <{included}>; write "{included}"'
        return None
    if target == "tests":
        return f'includes the test header "{included}"'
    if target not in MAY_INCLUDE:
        return f'includes "{included}", which is not rooted at the repository'
    if target != room and target not in MAY_INCLUDE[room]:
        allowed = ", ".join(sorted(MAY_INCLUDE[room])) or "no other room"
        return f'includes "{included}", but {room} may include {allowed}'
    return None


def problems_in(root):
    found = []
    for room in MAY_INCLUDE:
        for file in sorted((root / room).rglob("*")):
            if file.suffix not in (".h", ".hpp", ".cpp") or "node_modules" in file.parts:
                continue
            path = file.relative_to(root).as_posix()
            for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
                match = INCLUDE.match(line)
                problem = match and problem_of(path, match[1], match[2])
                if problem:
                    found.append(f"{path}:{number}: {problem}")
    return found


def self_test():
    wrong = [
        ("core/a.cpp", '"', "ipam/x.h"),
        ("core/a.cpp", "<", "core/net.h"),
        ("web/a.cpp", '"', "switch-drivers/driver.h"),
        ("ipam/a.cpp", '"', "catalogs/x.h"),
        ("provisioner/a.cpp", '"', "web/x.h"),
        ("pxe/a.cpp", '"', "tests/fakes/x.h"),
        ("pxe/a.cpp", '"', "options.h"),
    ]
    right = [
        ("provisioner/main.cpp", '"', "web/edge/edge.h"),
        ("provisioner/a.cpp", '"', "switch-drivers/driver.h"),
        ("web/a.cpp", "<", "boost/beast/http.hpp"),
        ("core/db/a.cpp", '"', "core/net.h"),
    ]
    for row in wrong:
        assert problem_of(*row), row
    for row in right:
        assert problem_of(*row) is None, row


def main():
    self_test()
    found = problems_in(pathlib.Path(sys.argv[1]))
    for line in found:
        print(line)
    print(f"{len(found)} wrong includes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
