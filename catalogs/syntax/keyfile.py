"""Lets nmcli read a NetworkManager keyfile offline, and prints what it has against it.

    keyfile.py FILE      ->  "LINE: message" for each fault; status 0 good, 1 not, 127 there is no nmcli

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


def main(file):
    with open(file, encoding="utf-8") as stream:
        text = stream.read()
    try:
        answer = ask_nmcli(file)
    except FileNotFoundError:
        return NOT_INSTALLED
    if answer.returncode != 0:
        message = message_of(answer)
        faults = [(line_of(message, text), message)]
    else:
        faults = list(left_out(file, text, answer.stdout))
    for line, message in faults:
        print(f"{line}: {message}")
    return 1 if faults else 0


sys.exit(main(sys.argv[1]))
