"""The codes ``qualia`` ends with. Scripts rely on them, so they never change their meaning."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the number says."""

    OK = 0
    """It worked, warnings or not."""
    FAILED = 1
    """The work itself failed: a plugin raised, or gave what it does not promise; or validation found an error;
    or somebody asked for their word said no."""
    USAGE = 2
    """The command, a param, a pipeline or a setting is wrong; nothing was run."""
    PARTIAL = 3
    """Some of several documents were done and others were not; or something is not as well as it should be."""
    BAD_INPUT = 4
    """A file cannot be read, is nothing the plugin can work on, or cannot be written."""
    UNAVAILABLE = 5
    """A plugin or an extra cannot be used here, or a plugin is left alone for a while after too many failures."""
    INTERRUPTED = 130
    """Ctrl-C."""
    BROKEN_PIPE = 141
    """Whoever read the output went away."""
    TERMINATED = 143
    """SIGTERM, to a command that ends its work cleanly then."""


def code_for(error: BaseException) -> ExitCode:
    """Return the exit code of an error: that of the nearest class in the table, `ExitCode.FAILED` for strangers."""
    from qualia import errors

    codes: dict[type[BaseException], ExitCode] = {
        errors.QualiaError: ExitCode.FAILED,
        errors.CoreClosed: ExitCode.FAILED,
        errors.RunCancelled: ExitCode.FAILED,
        errors.DeadlineExceeded: ExitCode.FAILED,
        errors.WorkerLost: ExitCode.FAILED,
        errors.HistoryUnreadable: ExitCode.FAILED,
        errors.CacheUnreadable: ExitCode.FAILED,
        errors.ExtraMissing: ExitCode.UNAVAILABLE,
        errors.OperationFailed: ExitCode.FAILED,
        errors.OperationUnavailable: ExitCode.UNAVAILABLE,
        errors.InputError: ExitCode.USAGE,
        errors.UnknownPlugin: ExitCode.USAGE,
        errors.InvalidParam: ExitCode.USAGE,
        errors.InvalidPipeline: ExitCode.USAGE,
        errors.PipelineCycle: ExitCode.USAGE,
        errors.InvalidSetting: ExitCode.USAGE,
        errors.DocumentUnreadable: ExitCode.BAD_INPUT,
        errors.UnsupportedInput: ExitCode.BAD_INPUT,
        errors.UnwritableOutput: ExitCode.BAD_INPUT,
        errors.NoEarlierGeneration: ExitCode.USAGE,
        errors.PluginError: ExitCode.FAILED,
        errors.PluginFailed: ExitCode.FAILED,
        errors.InvalidOutput: ExitCode.FAILED,
        errors.PluginCrashed: ExitCode.FAILED,
        errors.PluginHung: ExitCode.FAILED,
        errors.PluginBusy: ExitCode.UNAVAILABLE,
        errors.InvalidManifest: ExitCode.UNAVAILABLE,
        errors.DuplicatePlugin: ExitCode.UNAVAILABLE,
        errors.PluginUnavailable: ExitCode.UNAVAILABLE,
        errors.CircuitOpen: ExitCode.UNAVAILABLE,
        errors.CircuitHeld: ExitCode.UNAVAILABLE,
        errors.Quarantined: ExitCode.UNAVAILABLE,
    }
    return next((codes[kind] for kind in type(error).__mro__ if kind in codes), ExitCode.FAILED)
