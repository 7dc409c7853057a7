"""Whether a folder lies on another machine."""

from __future__ import annotations

from pathlib import Path

_KINDS = (
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "fakeowner",
    "fuse.",
    "gluster",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "osxfs",
    "prl_fs",
    "smb",
    "vboxsf",
    "virtiofs",
)


def read_mounts() -> str:
    """Return what is mounted where, as Linux tells it; elsewhere nothing."""
    try:
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def is_on_network(folder: Path, mounts: str) -> bool:
    """Tell whether a folder's file system is one in which processes share no memory, such as a server's.

    Args:
        folder: it need not exist.
        mounts: lines of device, place and kind, as `read_mounts` gives them; of two for one place, the later holds.
    """
    path = f"{folder.resolve()}/"
    nearest, found = 0, ""
    for line in mounts.splitlines():
        _, _, rest = line.partition(" ")
        place, _, rest = rest.partition(" ")
        # A blank in a name is written as its octal number.
        place = place.replace("\\040", " ").rstrip("/") + "/"
        if path.startswith(place) and len(place) >= nearest:
            nearest, found = len(place), rest.partition(" ")[0]
    return found.startswith(_KINDS)
