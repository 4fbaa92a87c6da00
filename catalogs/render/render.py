"""Renders templates of network catalogs for Switchyard, which starts this and talks to it in lines of JSON.

It gives up every right it was started with before it reads the first template: a template may loop, grow or try
to climb out, and cost its own answer only. Requests, one a line, each answered with one line:

  {"load": SET, "files": {NAME: TEXT}}               files of one catalog version; the newest few are kept
      -> {"faults": [FAULT]}                          of *.j2: syntax errors, names that no filter or test has
  {"render": SET, "jobs": [{"template": NAME, "text": TEXT, "variables": {}}], "seconds": S, "bytes": N}
      -> {"results": [{"text": TEXT} | {"fault": FAULT}]}   `text` in the place of `template`: a path, say
  {"schema": {}, "values": {}}
      -> {"values": {}, "faults": [FAULT]}            with the defaults of the schema filled in

FAULT is {"file", "line", "message"}; the line is 0 where there is none.
"""
import collections
import ctypes
import json
import os
import resource
import signal
import sys
import time

import jinja2
import jinja2.debug  # later it could not be read any more
import jinja2.exceptions
import jinja2.sandbox
import jsonschema

MEMORY = 512 << 20  # bytes of address space
KEPT_SETS = 8
PATIENCE = 4  # times the time of one job, for all jobs of a request
LONGEST = 1 << 20  # bytes one operation of a template may make of text
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
NOBODY = 65534


class TooLate(BaseException):
    """No template can catch it."""


class TooMuch(Exception):
    pass


class Sandbox(jinja2.sandbox.ImmutableSandboxedEnvironment):
    """Text and numbers only: what makes much of little is measured before it is made."""

    intercepted_binops = frozenset(["*", "**", "+", "%"])

    def call_binop(self, context, operator, left, right):
        if operator == "**":
            raise jinja2.sandbox.SecurityError("powers are not for configuration")
        if operator == "*" and any(isinstance(side, (str, list, tuple)) for side in (left, right)):
            times, of = (left, right) if isinstance(left, int) else (right, left)
            if isinstance(times, int) and times * len(of) > LONGEST:
                raise jinja2.sandbox.SecurityError(f"{times} times {len(of)} is more than {LONGEST}")
        if operator == "*" and all(isinstance(side, int) for side in (left, right)) and left.bit_length() + right.bit_length() > 256:
            raise jinja2.sandbox.SecurityError("a product of more than 256 bits")
        if operator == "%" and isinstance(left, str):
            raise jinja2.sandbox.SecurityError("use the filter `format`, not %")
        return super().call_binop(context, operator, left, right)


def give_up_rights():
    """Nothing but computing is left: no new file, process or privilege."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of user would clear it
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def too_late(*_):
    raise TooLate


def fault(file, line, message):
    return {"file": file, "line": line, "message": " ".join(str(message).split())[:500]}


WORDS = {TooLate: "takes too long", TooMuch: "makes too much text", MemoryError: "takes too much memory",
         RecursionError: "calls itself for ever"}


class TemplateSet:
    def __init__(self, files):
        self.files = files
        self.environment = environment = Sandbox(loader=jinja2.FunctionLoader(self.find), undefined=jinja2.StrictUndefined, autoescape=False,
                                   trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, cache_size=len(files) + 8)
        # The same catalog and server give the same text, always.
        del environment.filters["random"], environment.globals["lipsum"]

    def find(self, name):
        if name not in self.files:
            return None
        return self.files[name], name, lambda: True

    def faults(self):
        found = []
        for name in sorted(name for name in self.files if name.endswith(".j2")):
            try:
                self.environment.get_template(name)
            except Exception as error:  # any kind: it is the template's
                found.append(self.explain(error, name))
        return found

    def place_of(self, error):
        """The innermost line of a template that an exception came through."""
        place, step = ("", 0), error.__traceback__
        while step:
            name = step.tb_frame.f_code.co_filename
            if name in self.files:
                line = step.tb_lineno
                # Jinja puts the template's own lines into the trace of an Exception only.
                is_compiled = isinstance(error, TooLate)
                place = (name, self.environment.get_template(name).get_corresponding_lineno(line) if is_compiled else line)
            step = step.tb_next
        return place

    def explain(self, error, name):
        if isinstance(error, jinja2.exceptions.TemplateSyntaxError):
            return fault(error.filename or error.name or name, error.lineno, error.message)
        file, line = self.place_of(error)
        if isinstance(error, jinja2.exceptions.TemplateNotFound):
            return fault(file or name, line, f"there is no template {error.message or error.name}")
        return fault(file or name, line, WORDS.get(type(error)) or str(error) or type(error).__name__)

    def render(self, job, most):
        name = job.get("template", "")
        try:
            template = self.environment.get_template(name) if name else self.environment.from_string(job["text"])
            pieces, size, stream = [], 0, template.generate(job["variables"])
            for piece in stream:
                size += len(piece)
                pieces.append(piece)
                if size > most:
                    stream.throw(TooMuch())
            return {"text": "".join(pieces)}
        except (Exception, TooLate) as error:
            return {"fault": self.explain(error, name)}


def render(sets, request):
    templates = sets[request["render"]]
    sets.move_to_end(request["render"])
    results, end = [], time.monotonic() + PATIENCE * request["seconds"]
    for job in request["jobs"]:
        if time.monotonic() > end:
            results.append({"fault": fault(job.get("template", ""), 0, "is not rendered: others take too long")})
            continue
        signal.setitimer(signal.ITIMER_REAL, request["seconds"])
        try:
            result = templates.render(job, request["bytes"])
        except TooLate:  # between two lines of ours
            result = {"fault": fault(job.get("template", ""), 0, "takes too long")}
        signal.setitimer(signal.ITIMER_REAL, 0)
        results.append(result)
    return {"results": results}


def with_defaults(schema, values):
    filled = dict(values)
    for name, about in schema.get("properties", {}).items():
        if isinstance(about, dict) and "default" in about:
            filled.setdefault(name, about["default"])
    return filled


def check_values(schema, values):
    kind = jsonschema.Draft7Validator
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        return {"values": {}, "faults": [fault("", 0, "the schema: " + "/".join(map(str, error.path)) + ": " + error.message)]}
    filled = with_defaults(schema, values)
    wrong = sorted(kind(schema, format_checker=jsonschema.draft7_format_checker).iter_errors(filled), key=lambda e: list(map(str, e.path)))
    return {"values": filled, "faults": [fault("", 0, "/".join(map(str, each.path)) + (": " if each.path else "") + each.message)
                                         for each in wrong]}


def answer(sets, request):
    if "load" in request:
        sets[request["load"]] = TemplateSet(request["files"])
        while len(sets) > KEPT_SETS:
            sets.popitem(last=False)
        return {"faults": sets[request["load"]].faults()}
    if "render" in request:
        return render(sets, request)
    return check_values(request["schema"], request["values"])


def warm_up():
    """Reads what Python would read late."""
    templates = TemplateSet({"good.j2": "{{ 1 }}", "syntax.j2": "{% if %}", "late.j2": "{{ nothing }}"})
    templates.faults()
    for job in ({"template": "late.j2", "variables": {}}, {"text": "{{ 'a'|title }}{{ now }}", "variables": {}}):
        templates.render(job, 10)
    check_values({"properties": {"a": {"format": "ipv4"}}}, {"a": "x"})


def main():
    warm_up()
    give_up_rights()
    signal.signal(signal.SIGALRM, too_late)
    sys.setrecursionlimit(400)
    sets = collections.OrderedDict()
    for line in sys.stdin:
        print(json.dumps(answer(sets, json.loads(line))), flush=True)


main()
