"""Lets nmcli read NetworkManager keyfiles offline, and prints what it has against them.

    keyfile.py FILE…      ->  "FILE:LINE: message" for each fault; status 0 good, 1 not, 127 there is no nmcli

Like NetworkManager itself, nmcli passes over keys it does not know and values it cannot read. So what it leaves out of
the profile it writes back is given to it again as a property by name: what is not a default it refuses then.
"""
import re
import subprocess
import sys

NOT_INSTALLED = 127


def ask_nmcli(file, *properties):
    with open(file, "rb") as keyfile:
        return subprocess.run(["nmcli", "--offline", "connection", "modify", *properties],
                              stdin=keyfile, capture_output=True, text=True, errors="replace")


def entries(text):
    """(section, key, value, line) of each line that says something; the key of a section's own line is empty."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            yield section, "", "", number
        elif "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            yield section, key.strip(), value.strip(), number


def line_of(error, text):
    """Where that stands which an error about the whole file is about; 0: nowhere."""
    quoted = re.search(r"“(.*?)”", error)
    if quoted:
        return next((number for number, line in enumerate(text.splitlines(), 1) if line.strip() == quoted[1]), 0)
    named = re.search(r"(?:^|: )([\w-]+)\.([\w-]+): ", error)
    if not named:
        return 0
    lines = {(section, key): number for section, key, _, number in entries(text)}
    return lines.get((named[1], named[2]), lines.get((named[1], ""), 0))


def message_of(answer):
    text = " ".join((answer.stderr or answer.stdout).split()).removeprefix("Error: ").removeprefix("Error writing connection: ")
    return text.split(" not among ")[0][:300]


def left_out(file, text, written):
    kept = {(section, key) for section, key, _, _ in entries(written)}
    for section, key, value, line in entries(text):
        if not key or (section, key) in kept:
            continue
        answer = ask_nmcli(file, f"{section}.{key}", value)
        if answer.returncode != 0:
            numbered = re.fullmatch(r"(address|route)\d+(_options)?", key)
            yield line, f"{key} cannot be {value}" if numbered else message_of(answer)


def faults_of(file):
    with open(file, encoding="utf-8") as stream:
        text = stream.read()
    answer = ask_nmcli(file)
    if answer.returncode == 0:
        return list(left_out(file, text, answer.stdout))
    message = message_of(answer)
    return [(line_of(message, text), message)]


def main(files):
    found = False
    try:
        for file in files:
            for line, message in faults_of(file):
                found = True
                print(f"{file}:{line}: {message}")
    except FileNotFoundError:
        return NOT_INSTALLED
    return 1 if found else 0


sys.exit(main(sys.argv[1:]))
