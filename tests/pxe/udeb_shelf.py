"""Parts of debian-installer (udebs) that the archive within reach lists but does not have.

A mirror need not be whole: the one these tests were made beside lacks two thirds of bookworm's udebs. d-i takes
more from a second, signed archive; this makes one: the same programs from the packages of the same release, scripts
of d-i from the next release, and empty ones of what an install on one disk with ext4 has no use for. Of a whole
mirror nothing is replaced."""
import base64
import concurrent.futures
import hashlib
import lzma
import pathlib
import re
import shutil
import subprocess

from debian_mirror import DebianMirror

SUITE, NEXT = "bookworm", "trixie"
# udeb: the packages whose programs and libraries it has
FROM_PACKAGES = {
    "debootstrap-udeb": ["debootstrap"],
    "dosfstools-udeb": ["dosfstools"],
    "e2fsprogs-udeb": ["e2fsprogs", "libext2fs2", "libcom-err2", "libss2"],
    "libdevmapper1.02.1-udeb": ["libdevmapper1.02.1"],
    "libmount1-udeb": ["libmount1"],
    "libparted-fs-resize0-udeb": ["libparted-fs-resize0"],
    "libparted2-udeb": ["libparted2"],
}
FROM_NEXT = ["apt-mirror-setup", "apt-setup-udeb", "clock-setup", "di-utils-mapdevfs", "disk-detect", "finish-install",
             "grub-installer", "partman-basicfilesystems", "partman-basicmethods", "partman-efi", "partman-ext3",
             "partman-partitioning", "partman-target", "partman-utils", "tzsetup-udeb", "user-setup-udeb"]
USED = re.compile(r"^(bin|sbin|lib|usr/bin|usr/sbin|usr/lib|usr/share/debootstrap|etc)(/|$)")


def contents(initrd):
    """The udebs d-i brings along, and its kernel."""
    status = subprocess.run(f"zcat {initrd} | cpio -i --quiet --to-stdout var/lib/dpkg/status", shell=True, check=True,
                            capture_output=True, text=True).stdout
    present = {fields["Package"] for fields in stanzas(status)}
    [kernel] = [name.removeprefix("kernel-image-").removesuffix("-di") for name in present if name.startswith("kernel-image-")]
    return present, kernel


def stanzas(text):
    for part in text.split("\n\n"):
        fields = dict(re.findall(r"^(\S+): *((?:.*)(?:\n .*)*)", part, re.M))
        if fields:
            yield fields


class UdebShelf:
    """Makes folder/dists/bookworm and folder/pool. `replaced` names what was not to be had."""

    def __init__(self, folder, mirror: DebianMirror, initrd):
        self.folder, self.mirror = pathlib.Path(folder), mirror
        self.present, self.kernel = contents(initrd)
        self.pool = self.folder / "pool"
        self.pool.mkdir(parents=True)
        listed = self.index(SUITE, "debian-installer/binary-amd64")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            there = list(pool.map(lambda udeb: mirror.has(udeb["Filename"]), listed.values()))
        self.replaced = [udeb for udeb, is_there in zip(listed.values(), there) if not is_there]
        if not self.replaced:
            return
        self.packages = self.index(SUITE, "binary-amd64")
        self.next = self.index(NEXT, "debian-installer/binary-amd64")
        for udeb in self.replaced:
            self.make(udeb)
        self.publish()

    def index(self, suite, part):
        path = self.mirror.find(f"dists/{suite}/main/{part}/Packages.xz")
        return {fields["Package"]: fields for fields in stanzas(lzma.open(path, "rt", encoding="utf-8").read())
                if fields.get("Kernel-Version", self.kernel) == self.kernel and fields["Package"] not in self.present}

    def fetch(self, fields):
        path = self.mirror.find(fields["Filename"])
        assert path, f"the archive has no {fields['Filename']} either"
        return path

    def make(self, udeb):
        name = udeb["Package"]
        tree = self.folder / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        fields = udeb
        if name in FROM_NEXT:
            fields = self.next[name]
            subprocess.run(["dpkg-deb", "-R", self.fetch(fields), tree], check=True)
        for package in FROM_PACKAGES.get(name, []):
            subprocess.run(["dpkg-deb", "-x", self.fetch(self.packages[package]), tree], check=True)
        if name in FROM_PACKAGES:
            prune(tree)
        (tree / "DEBIAN").mkdir(parents=True, exist_ok=True)
        write_control(tree, name, fields, is_empty=name not in FROM_NEXT and name not in FROM_PACKAGES)
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, self.pool / f"{name}.udeb"],
                       check=True, stdout=subprocess.DEVNULL)

    def publish(self):
        shutil.rmtree(self.folder / "tree")
        lists = self.folder / "dists" / SUITE / "main/debian-installer/binary-amd64"
        lists.mkdir(parents=True)
        text = ""
        for path in sorted(self.pool.iterdir()):
            content = path.read_bytes()
            control = subprocess.run(["dpkg-deb", "-f", path], check=True, capture_output=True, text=True).stdout
            text += (f"{control}Filename: pool/{path.name}\nSize: {len(content)}\n"
                     f"MD5sum: {hashlib.md5(content).hexdigest()}\nSHA256: {hashlib.sha256(content).hexdigest()}\n\n")
        (lists / "Packages").write_text(text)
        release = self.folder / "dists" / SUITE / "Release"
        release.write_text(f"Suite: {SUITE}\nCodename: {SUITE}\nComponents: main\nArchitectures: amd64\nSHA256:\n "
                           f"{hashlib.sha256(text.encode()).hexdigest()} {len(text.encode())} "
                           "main/debian-installer/binary-amd64/Packages\n")
        self.key = sign(release, self.folder / "keys")

    def lines(self, url):
        """What a preseed says so that d-i uses it."""
        if not self.replaced:
            return []
        return [f"d-i apt-setup/_DEVEL_/repository string deb {url} {SUITE} main",
                "d-i apt-setup/_DEVEL_/key string base64://" + base64.b64encode(self.key).decode()]


def prune(tree):
    for path in sorted(tree.rglob("*"), reverse=True):
        name = str(path.relative_to(tree))
        if name.startswith("DEBIAN") or USED.match(name):
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        else:
            path.unlink()


def write_control(tree, name, fields, is_empty):
    depends = "" if is_empty else re.sub(r" \([^)]*\)", "", fields.get("Depends", ""))
    control = {"Package": name, "Version": "9999~" + fields["Version"].replace(":", "."),
               "Architecture": fields["Architecture"], "Section": "debian-installer",
               # d-i loads what is standard, whether anything wants it or not: each costs a second under emulation.
               "Priority": "optional" if is_empty else fields.get("Priority", "optional"), "Depends": depends,
               "Provides": fields.get("Provides", ""), "Maintainer": "Switchyard <root@localhost>",
               "Installer-Menu-Item": "" if is_empty else fields.get("Installer-Menu-Item", ""),
               "Description": fields["Description"].splitlines()[0]}
    (tree / "DEBIAN/control").write_text("".join(f"{key}: {value}\n" for key, value in control.items() if value))


def sign(release, home):
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", ""]
    subprocess.run([*gpg, "--quick-generate-key", "switchyard-test", "rsa3072", "sign", "1d"], check=True, capture_output=True)
    subprocess.run([*gpg, "--detach-sign", "-o", f"{release}.gpg", str(release)], check=True)
    key = subprocess.run([*gpg, "--export"], check=True, capture_output=True).stdout
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], check=True)
    return key
