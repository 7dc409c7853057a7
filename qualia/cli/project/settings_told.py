"""What each setting means, for the files and schemas in which people meet them."""

from __future__ import annotations

from collections.abc import Mapping

from qualia.cli.words import _


def settings_told() -> Mapping[str, str]:
    """Return a sentence for each setting by its name, in the language spoken; in English it is the setting's own."""
    return {
        "plugin_path": _("More folders that hold plugin folders, besides the shipped ones."),
        "override_plugins": _(
            "Whether a later source may replace a plugin of the same id; otherwise that is an error."
        ),
        "installed_plugins": _("Whether plugins that installed packages bring along are looked for."),
        "producers": _(
            "Which plugin gives a record, or reads a media type, when several could: schema or media type -> plugin id."
        ),
        "state_dir": _("Folder of the disk cache and the history; None keeps nothing on disk."),
        "cache_max_bytes": _("Bound of the memory cache; 0 switches it off."),
        "cache_disk_max_bytes": _("Bound of the disk cache; 0 switches it off."),
        "cache_ttl_s": _("Seconds a cached result is served for; 0 for ever."),
        "history": _("Whether runs are logged in the state folder."),
        "history_keep_days": _("Days a run stays in the log; 0 for ever."),
        "max_document_bytes": _("Largest file that is read."),
        "max_failures": _("Consecutive failures that open a plugin's circuit."),
        "open_s": _("Seconds an open circuit waits before it lets one call try."),
        "parallel_steps": _("Steps of one run that may run at the same time."),
        "isolation": _(
            "Where plugins are called, whatever their manifests say: "
            'plugin id, or "*" for all -> inline, thread, process.'
        ),
        "call_s": _("Longest a call may take that is not made inline; 0 for no bound."),
        "slow_call_s": _(
            "Seconds after which a call under way is told of, with the line where it stands; 0 for never."
        ),
        "max_concurrent": _(
            "Calls of one plugin that may be under way at the same time, further ones wait; 0 for no bound."
        ),
        "worker_memory_mb": _("Memory the process of a plugin may use, in MiB of address space; 0 for no bound."),
        "watch_polling": _(
            "Whether plugin folders are looked at now and then instead of the system telling of changes."
        ),
    }
