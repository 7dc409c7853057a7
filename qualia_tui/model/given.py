"""What somebody wants something to be run on."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from attrs import frozen

from qualia_tui.model.amounts import count
from qualia_tui.words import _, spoken


@frozen(kw_only=True)
class Given:
    """A file, the files of a folder, a pasted text, or the built-in sample."""

    kind: Literal["file", "folder", "text", "sample"]
    path: str = ""
    """Of a file or folder, whole."""
    text: str = ""

    @property
    def is_many(self) -> bool:
        """Whether there is a run for each of several files."""
        return self.kind == "folder"

    def verb(self) -> str:
        """Return what the host is asked for."""
        return {"folder": "runs.start_many", "sample": "plugins.sample"}.get(self.kind, "runs.start")

    def request(self) -> dict[str, str]:
        """Return what tells the host what to run on."""
        match self.kind:
            case "file":
                return {"path": self.path}
            case "folder":
                return {"folder": self.path}
            case "text":
                return {"text": self.text}
            case _:
                return {"language": "en" if spoken() == "en" else "pt"}

    def told(self) -> str:
        """Return what it is, in the language spoken."""
        match self.kind:
            case "file":
                return self.path
            case "folder":
                return _("each file of {path}", path=self.path)
            case "text":
                return _("a pasted text of {count} characters", count=count(len(self.text)))
            case _:
                return _("the built-in sample")

    def name(self) -> str:
        """Return a short name of it, in the language spoken."""
        return PurePath(self.path).name or self.path if self.path else self.told()
