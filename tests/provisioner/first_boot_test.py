"""What a new server runs at its first boot, run for real: in a mount namespace with a copy of /etc, so nothing of this machine changes.

SWITCHYARD_BIN: with host_files_lab. Needs root.
"""
import json
import os
import pathlib
import subprocess

import pytest

BIN = pathlib.Path(os.environ.get("SWITCHYARD_BIN", "build/dev/bin"))
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a mount namespace needs root")
KEEP = ("/etc", "/home", "/usr/local", "/var/lib/switchyard", "/var/mail")

# /etc is a copy; the rest is empty.
SANDBOX = """set -e
mkdir -p /var/lib/switchyard /var/mail
cp -a /etc {folder}/etc
mount --bind {folder}/etc /etc
for place in /home /usr/local /var/lib/switchyard /var/mail; do mount -t tmpfs none $place; done
mkdir -p /usr/local/share/ca-certificates
{folder}/lay
/usr/local/lib/switchyard/first-boot >{folder}/first 2>&1
/usr/local/lib/switchyard/first-boot >{folder}/second 2>&1
{look}
"""


def run(folder, look, files):
    (folder / "files.json").write_text(json.dumps(files), encoding="utf-8")
    lay = folder / "lay"
    lay.write_text(f"""#!/usr/bin/python3
import json, os
for file in json.load(open("{folder}/files.json")):
    os.makedirs(os.path.dirname(file["path"]), exist_ok=True)
    open(file["path"], "w").write(file["content"])
    os.chmod(file["path"], int(file["mode"], 8))
""", encoding="utf-8")
    lay.chmod(0o755)
    done = subprocess.run(["unshare", "--mount", "sh", "-c", SANDBOX.format(folder=folder, look=look)], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr + "".join(
        (folder / name).read_text() for name in ("first", "second") if (folder / name).exists())
    return done.stdout


def rendered(ca):
    said = subprocess.run([BIN / "host_files_lab", "02:00:00:00:00:01", "02:00:00:00:00:02", ca], check=True, capture_output=True,
                          text=True, timeout=60).stdout
    return json.loads(said)["files"]


NOCLOUD = """
import json, sys
from cloudinit import helpers
from cloudinit.sources.DataSourceNoCloud import DataSourceNoCloud
found = DataSourceNoCloud({"datasource": {"NoCloud": {"fs_label": None}}}, None, helpers.Paths({"cloud_dir": sys.argv[1]}))
print(json.dumps([found.get_data(), found.get_userdata_raw().decode(), found.metadata["instance-id"], found.metadata["local-hostname"]]))
"""


def test_cloud_init_finds_its_data(tmp_path):
    (tmp_path / "ca.pem").write_text("", encoding="utf-8")
    seed = "/var/lib/cloud"
    for file in rendered(tmp_path / "ca.pem"):
        if file["path"].startswith(seed):
            target = tmp_path / "cloud" / file["path"][len(seed) + 1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file["content"], encoding="utf-8")
    said = subprocess.run(["/usr/bin/python3", "-c", NOCLOUD, tmp_path / "cloud"], check=True, capture_output=True, text=True, timeout=60).stdout
    assert json.loads(said.splitlines()[-1]) == [True, "#cloud-config\nhostname: web1\n", "dep-1", "web1"]


def test_users_get_in_and_the_ca_is_trusted(tmp_path):
    ca = tmp_path / "ca.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-out", ca, "-subj", "/CN=site"],
                   check=True, capture_output=True, timeout=60)
    files = [file for file in rendered(ca) if file["path"].startswith(KEEP)]
    seen = run(tmp_path, "id -un eva; id -un bob; stat -c '%U %a %n' /home/eva/.ssh/authorized_keys /home/bob/.ssh; "
                         "cat /home/eva/.ssh/authorized_keys; visudo -c >/dev/null && echo sudoers fine; "
                         f"sudo -l -U eva | tail -1; sudo -l -U bob | tail -1; openssl verify -CApath /etc/ssl/certs {ca}", files)
    assert seen.splitlines()[:4] == ["eva", "bob", "eva 600 /home/eva/.ssh/authorized_keys", "bob 700 /home/bob/.ssh"]
    assert "ssh-ed25519 AAAA eva@desk" in seen
    assert "sudoers fine" in seen
    assert "(ALL) NOPASSWD: ALL" in seen
    assert "bob is not allowed to run sudo" in seen
    assert f"{ca}: OK" in seen
