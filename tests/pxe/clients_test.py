"""Real clients fetch from the boot server with every option they know: tftp-hpa, atftp, curl, busybox."""

import hashlib
import os
import pathlib
import random
import re
import subprocess

import pytest

from boot_files import BootFiles, LossyLine

PROGRAM = pathlib.Path(os.environ["SWITCHYARD_BIN"]) / "boot_files"
SIZES = {"empty": 0, "one": 1, "511": 511, "512": 512, "513": 513, "1428": 1428, "1468x3": 4404,
         "grub.cfg": 3000, "kernel": 1_000_003}
LOSSY = 60_000  # bytes: forty blocks of 1468


def content(name, size):
    return random.Random(name).randbytes(size)


@pytest.fixture(scope="session")
def boot(tmp_path_factory):
    top = tmp_path_factory.mktemp("boot")
    root = top / "root"
    (root / "sub dir").mkdir(parents=True)
    for name, size in SIZES.items():
        (root / name).write_bytes(content(name, size))
    (root / "sub dir" / "a file").write_bytes(content("a file", 700))
    (root / "lossy").write_bytes(content("lossy", LOSSY))
    (top / "secret").write_text("secret")
    (root / "way-out").symlink_to("../secret")
    servers = BootFiles(PROGRAM, root, top / "identity")
    yield servers
    servers.stop()


def run(*command, cwd=None):
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, timeout=100,
                          text=True, errors="replace")


def same(path, name):
    wanted = (content(name, SIZES.get(name, {"a file": 700, "lossy": LOSSY}.get(name))))
    return path.exists() and hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(wanted).digest()


def assert_fetched(done, path, name):
    assert same(path, name), (done.returncode, done.stdout, done.stderr)


# ---- TFTP -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIZES)
def test_tftp_hpa_fetches_in_octet_mode(boot, tmp_path, name):
    done = run("tftp", "-m", "binary", "127.0.0.1", boot.ports["tftp"], "-c", "get", name, "got", cwd=tmp_path)
    assert_fetched(done, tmp_path / "got", name)


def test_tftp_hpa_fetches_over_ipv6(boot, tmp_path):
    done = run("tftp", "-6", "-m", "binary", "::1", boot.ports["tftp"], "-c", "get", "kernel", "got", cwd=tmp_path)
    assert_fetched(done, tmp_path / "got", "kernel")


def test_tftp_hpa_is_told_that_netascii_is_not_served(boot, tmp_path):
    done = run("tftp", "-m", "ascii", "127.0.0.1", boot.ports["tftp"], "-c", "get", "one", "got", cwd=tmp_path)
    assert "only mode octet is served" in done.stdout + done.stderr


def test_tftp_hpa_cannot_write(boot, tmp_path):
    (tmp_path / "mine").write_text("x")
    done = run("tftp", "-m", "binary", "127.0.0.1", boot.ports["tftp"], "-c", "put", "mine", "mine", cwd=tmp_path)
    assert "read only" in done.stdout + done.stderr


@pytest.mark.parametrize("window", [None, 1, 4, 16, 64, 65535])
@pytest.mark.parametrize("block", [None, 8, 512, 1428, 1468, 65464])
def test_atftp_fetches_with_every_block_and_window(boot, tmp_path, block, window):
    options = []
    if block:
        options += ["--option", f"blksize {block}"]
    if window:
        options += ["--option", f"windowsize {window}"]
    name = "1468x3" if block == 8 else "kernel"
    done = run("atftp", *options, "-g", "-r", name, "-l", tmp_path / "got", "127.0.0.1", boot.ports["tftp"])
    assert_fetched(done, tmp_path / "got", name)


@pytest.mark.parametrize("options", [["tsize"], ["timeout 3"], ["tsize", "timeout 255", "blksize 1428", "windowsize 8"],
                                     ["multicast"], ["tsize", "multicast", "blksize 1024"]])
def test_atftp_fetches_with_the_other_options(boot, tmp_path, options):
    flags = [part for option in options for part in ("--option", option)]
    done = run("atftp", *flags, "-g", "-r", "kernel", "-l", tmp_path / "got", "127.0.0.1", boot.ports["tftp"])
    assert_fetched(done, tmp_path / "got", "kernel")


@pytest.mark.parametrize("name", SIZES)
def test_atftp_fetches_every_size_with_a_window(boot, tmp_path, name):
    done = run("atftp", "--option", "windowsize 4", "-g", "-r", name, "-l", tmp_path / "got", "127.0.0.1",
               boot.ports["tftp"])
    assert_fetched(done, tmp_path / "got", name)


@pytest.mark.parametrize("flags", [[], ["--tftp-no-options"], ["--tftp-blksize", 8], ["--tftp-blksize", 512],
                                   ["--tftp-blksize", 1428], ["--tftp-blksize", 65464]])
def test_curl_fetches_by_tftp(boot, tmp_path, flags):
    name = "1468x3" if 8 in flags else "kernel"
    done = run("curl", "-sS", *flags, "-o", tmp_path / "got", f"tftp://127.0.0.1:{boot.ports['tftp']}/{name}")
    assert_fetched(done, tmp_path / "got", name)


def test_curl_fetches_a_name_with_spaces_and_folders(boot, tmp_path):
    done = run("curl", "-sS", "-o", tmp_path / "got",
               f"tftp://127.0.0.1:{boot.ports['tftp']}//sub%20dir/a%20file")
    assert_fetched(done, tmp_path / "got", "a file")


@pytest.mark.parametrize("name", ["nothing", "way-out", "..%2fsecret", "sub%20dir", "..%5csecret"])
def test_curl_is_refused_by_tftp_what_is_not_below_the_folder(boot, tmp_path, name):
    done = run("curl", "-sS", "-o", tmp_path / "got", f"tftp://127.0.0.1:{boot.ports['tftp']}/{name}")
    assert done.returncode in (68, 69)  # not found; access violation


@pytest.mark.parametrize("block", [None, 64, 512, 1428, 65464])
def test_busybox_fetches_by_tftp(boot, tmp_path, block):
    name = "1468x3" if block == 64 else "kernel"
    flags = ["-b", block] if block else []
    done = run("busybox", "tftp", *flags, "-g", "-r", name, "-l", tmp_path / "got", "127.0.0.1", boot.ports["tftp"])
    assert_fetched(done, tmp_path / "got", name)


@pytest.mark.parametrize("loss, repeat", [(0.05, 0.0), (0.0, 0.2), (0.04, 0.1)])
@pytest.mark.parametrize("client", ["atftp", "atftp-window", "busybox", "curl"])
def test_clients_fetch_over_a_line_that_loses_and_repeats(boot, tmp_path, client, loss, repeat):
    line = LossyLine(boot.ports["tftp"], loss, repeat)
    commands = {
        "atftp": ["atftp", "--option", "blksize 1468", "--option", "timeout 1", "-g", "-r", "lossy", "-l", "got",
                  "127.0.0.1", line.port],
        "atftp-window": ["atftp", "--option", "blksize 1468", "--option", "timeout 1", "--option", "windowsize 8",
                         "-g", "-r", "lossy", "-l", "got", "127.0.0.1", line.port],
        "busybox": ["busybox", "tftp", "-b", "1468", "-g", "-r", "lossy", "-l", "got", "127.0.0.1", line.port],
        # It agrees on six seconds for each repetition, so few and large blocks.
        "curl": ["curl", "-sS", "--tftp-blksize", "8192", "-o", "got", f"tftp://127.0.0.1:{line.port}/lossy"],
    }
    try:
        done = run(*commands[client], cwd=tmp_path)
    finally:
        line.stop()
    assert_fetched(done, tmp_path / "got", "lossy")


# ---- HTTP and HTTPS ---------------------------------------------------------------------------------------------


def url(boot, name, tls=False):
    return f"{'https' if tls else 'http'}://127.0.0.1:{boot.ports['https' if tls else 'http']}/files/{name}"


def pins(boot):
    return f"{boot.ports['pin']};{boot.ports['rsa_pin']}"


def secured(boot, tls, pin=None):
    return ["-k", "--pinnedpubkey", pin or boot.ports["pin"]] if tls else []


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("name", SIZES)
def test_curl_fetches_every_size(boot, tmp_path, name, tls):
    done = run("curl", "-sSf", *secured(boot, tls), "-o", tmp_path / "got", url(boot, name, tls))
    assert_fetched(done, tmp_path / "got", name)


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("span", ["0-0", "0-999999", "1000-", "-1", "999999-", "500000-500001", "0-99999999"])
def test_curl_fetches_a_range(boot, tmp_path, span, tls):
    done = run("curl", "-sSf", *secured(boot, tls), "-r", span, "-w", "%{http_code}", "-o", tmp_path / "got",
               url(boot, "kernel", tls))
    whole = content("kernel", SIZES["kernel"])
    first, last = span.split("-")
    wanted = whole[-int(last):] if not first else whole[int(first):int(last) + 1 if last else None]
    assert done.stdout == "206"
    assert (tmp_path / "got").read_bytes() == wanted


@pytest.mark.parametrize("tls", [False, True])
def test_curl_goes_on_where_it_stopped(boot, tmp_path, tls):
    got = tmp_path / "got"
    got.write_bytes(content("kernel", SIZES["kernel"])[:400_000])
    done = run("curl", "-sSf", *secured(boot, tls), "-C", "-", "-o", got, url(boot, "kernel", tls))
    assert_fetched(done, got, "kernel")


def test_curl_gets_the_whole_file_for_several_ranges(boot, tmp_path):
    done = run("curl", "-sSf", "-r", "0-1,5-6", "-w", "%{http_code}", "-o", tmp_path / "got", url(boot, "kernel"))
    assert done.stdout == "200"
    assert_fetched(done, tmp_path / "got", "kernel")


def test_curl_gets_nothing_it_has(boot, tmp_path):
    tags = tmp_path / "tags"
    run("curl", "-sSf", "--etag-save", tags, "-o", tmp_path / "got", url(boot, "kernel"))
    done = run("curl", "-sSf", "--etag-compare", tags, "-w", "%{http_code} %{size_download}", "-o", tmp_path / "x",
               url(boot, "kernel"))
    assert done.stdout == "304 0"
    done = run("curl", "-sSf", "-z", tmp_path / "got", "-w", "%{http_code}", "-o", tmp_path / "y", url(boot, "kernel"))
    assert done.stdout == "304"


def test_curl_head_tells_the_size(boot):
    done = run("curl", "-sSfI", url(boot, "kernel"))
    assert re.search(r"^Content-Length: 1000003\r?$", done.stdout, re.M)
    assert re.search(r"^Accept-Ranges: bytes\r?$", done.stdout, re.M)


def test_curl_uses_one_connection_for_many_files(boot, tmp_path):
    urls = [part for name in ("kernel", "one", "512") for part in ("-o", tmp_path / name, url(boot, name))]
    done = run("curl", "-sSf", "-w", "%{num_connects} ", *urls)
    assert done.stdout.split() == ["1", "0", "0"]


def test_curl_refuses_a_server_with_another_key(boot, tmp_path):
    other = "sha256//" + "A" * 43 + "="
    done = run("curl", "-sS", *secured(boot, True, other), "-o", tmp_path / "got", url(boot, "one", True))
    assert done.returncode == 90  # CURLE_SSL_PINNEDPUBKEYNOTMATCH


@pytest.mark.parametrize("flags, pin", [
    (["--tls-max", "1.2"], "pin"),
    (["--tlsv1.3"], "pin"),
    (["--tls-max", "1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256"], "rsa_pin"),
    (["--tls-max", "1.2", "--ciphers", "AES256-SHA256"], "rsa_pin"),  # what iPXE of 2019 offers
])
def test_curl_gets_the_key_it_can_use(boot, tmp_path, flags, pin):
    done = run("curl", "-sSf", *flags, *secured(boot, True, boot.ports[pin]), "-o", tmp_path / "got",
               url(boot, "kernel", True))
    assert_fetched(done, tmp_path / "got", "kernel")


@pytest.mark.parametrize("name", ["nothing", "way-out", "../secret", "%2e%2e/secret", "sub%20dir", ".."])
def test_curl_is_refused_what_is_not_below_the_folder(boot, tmp_path, name):
    done = run("curl", "-sS", "--path-as-is", "-w", "%{http_code}", "-o", tmp_path / "got", url(boot, name))
    assert done.stdout in ("400", "404")


def test_curl_posts_a_body_of_up_to_a_mebibyte(boot, tmp_path):
    (tmp_path / "body").write_bytes(content("body", 1 << 20))
    (tmp_path / "more").write_bytes(content("body", (1 << 20) + 1))
    there = f"https://127.0.0.1:{boot.ports['https']}/boot/echo"
    done = run("curl", "-sSf", *secured(boot, True), "--data-binary", f"@{tmp_path}/body", "-o", tmp_path / "got", there)
    assert (tmp_path / "got").read_bytes() == content("body", 1 << 20), done
    done = run("curl", "-sS", *secured(boot, True), "--data-binary", f"@{tmp_path}/more", "-w", "%{http_code}",
               "-o", tmp_path / "x", there)
    assert done.stdout == "413"


def test_curl_waits_for_a_held_answer(boot):
    done = run("curl", "-sSf", *secured(boot, True), "-w", "%{http_code}", f"https://127.0.0.1:{boot.ports['https']}/boot/hold")
    assert done.stdout == "204"


@pytest.mark.parametrize("name", SIZES)
def test_busybox_wget_fetches(boot, tmp_path, name):
    done = run("busybox", "wget", "-q", "-O", tmp_path / "got", url(boot, name))
    assert_fetched(done, tmp_path / "got", name)


def test_busybox_wget_goes_on_where_it_stopped(boot, tmp_path):
    got = tmp_path / "got"
    got.write_bytes(content("kernel", SIZES["kernel"])[:123_456])
    done = run("busybox", "wget", "-q", "-c", "-O", got, url(boot, "kernel"))
    assert_fetched(done, got, "kernel")
