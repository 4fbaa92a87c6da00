"""Reads one interfaces file as ifupdown2 does, by its own reader and its addons' tables of attributes.

    interfaces.py FILE      ->  "LINE: message" for each fault; status 0 good, 1 not, 127 there is no ifupdown2

Not `ifquery -i FILE`: that one ends with 0 whatever is wrong, knows no attribute, runs Python that stands in the file
(Mako templates) and follows `source` to any file. Here nothing is run, written or asked of the kernel.
"""
import importlib
import ipaddress
import logging
import os
import re
import sys

NOT_INSTALLED = 127


class Heard(logging.Handler):
    """What ifupdown2 logs, as faults: "FILE: line12: message"."""

    def __init__(self, file):
        super().__init__(logging.WARNING)
        self.place = re.compile(re.escape(file) + r": (?:line(\d+): )?")
        self.faults = []

    def emit(self, record):
        text = record.getMessage()
        place = self.place.match(text)
        self.faults.append((int(place[1] or 0), text[place.end():]) if place else (0, text))


def folder_of_ifupdown2():
    """None: there is none. The classic ifupdown has an ifquery, too, for another grammar."""
    for place in os.environ["PATH"].split(":"):
        folder = os.path.dirname(os.path.realpath(os.path.join(place, "ifquery")))
        if os.path.exists(os.path.join(folder, "ifupdown", "networkinterfaces.py")):
            return folder
    return None


def known_attributes(folder):
    """By name, as the addons describe them for `ifquery --syntax-help`."""
    known = {}
    for file in sorted(os.listdir(os.path.join(folder, "addons"))):
        name = file.removesuffix(".py")
        if name == file or name == "__init__":
            continue
        addon = getattr(importlib.import_module("addons." + name), name, None)
        for attribute, about in getattr(addon, "_modinfo", {}).get("attrs", {}).items():
            for each in [attribute, *about.get("aliases", [])]:
                known[each] = about
    return known


def is_address(text):
    try:
        return bool(ipaddress.ip_interface(text))
    except ValueError:
        return False


# Of the kinds of values that addons name in angle brackets, those that are looked at.
KINDS = {"<number>": str.isdecimal, "<ipv4>": is_address, "<ipv4/prefixlen>": is_address, "<ipv6>": is_address,
         "<ipv6/prefixlen>": is_address}


def is_value(about, value):
    values, bounds = about.get("validvals", []), about.get("validrange")
    kinds = [one for one in values if isinstance(one, tuple) or one.startswith("<")]
    if bounds and not kinds and value not in values:
        return value.isdecimal() and int(bounds[0]) <= int(value) <= int(bounds[1])
    return not values or value in values or any(kind not in KINDS or KINDS[kind](value) for kind in kinds)


def read(file, known):
    from ifupdown.networkinterfaces import networkInterfaces

    class Reader(networkInterfaces):
        def _add_to_iface_config(self, name, config, attribute, value, line):
            about = known.get(attribute.replace("_", "-"))
            if about is None:
                self._parse_error(file, line, f"iface {name}: unknown attribute {attribute}")
            elif not is_value(about, value):
                self._parse_error(file, line, f"iface {name}: {attribute} cannot be {value}")
            super()._add_to_iface_config(name, config, attribute, value, line)

    def refuse_source(self, lines, index, line):
        self._parse_error(file, line, "other files are not looked at")
        return 0

    Reader.network_elems = {**networkInterfaces.network_elems, "source": refuse_source}
    reader = Reader(file, template_enable="0")
    reader.subscribe("iface_found", lambda _: None)
    reader.load()


def main(file):
    folder = folder_of_ifupdown2()
    if folder is None:
        return NOT_INSTALLED
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    heard = Heard(file)
    logging.getLogger().addHandler(heard)
    try:
        read(file, known_attributes(folder))
    except Exception as error:  # its reader stumbles over what is cut short
        heard.faults.append((0, f"ifupdown2 cannot read it: {error}"))
    for line, message in heard.faults:
        print(f"{line}: {message}")
    return 1 if heard.faults else 0


sys.exit(main(sys.argv[1]))
