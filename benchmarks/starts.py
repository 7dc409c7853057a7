"""What a fresh process pays before the first call."""

from __future__ import annotations

from benchmarks.measure import Measurement, cpu_ms, is_installed

# Words behind `qualia`, and the milliseconds of CPU the whole process may take.
COMMANDS = {
    "--version": 40,
    "--help": 50,
    "list": 90,
    "__complete -- analyze -p word": 60,
    "__complete -- analyze -p word_frequency -P top": 60,
}
COMMAND = """
import os
from qualia.cli import main
sys.stdout = open(os.devnull, 'w')
assert main({words!r}) == 0
sys.stdout = sys.__stdout__
"""
CASES = {
    "bare": "pass",
    "attrs": "import attrs",
    "import": "import qualia",
    "core": "from qualia import Core",
    "list": "from qualia import Core\nwith Core() as core: core.plugins.values()",
}
PLUGGY = """
import pluggy
spec, impl = pluggy.HookspecMarker("bench"), pluggy.HookimplMarker("bench")
class Spec:
    @spec
    def analyze(self, text): ...
class Plugin:
    @impl
    def analyze(self, text): return len(text)
manager = pluggy.PluginManager("bench")
manager.add_hookspecs(Spec)
for number in range(6):
    manager.register(Plugin(), name=str(number))
"""
PEERS = {"pluggy": PLUGGY, "spacy": "import spacy\nspacy.blank('en')"}


def rows(*, rounds: int) -> list[Measurement]:
    """Measure the CPU time of fresh interpreters; ``rounds`` of each, interleaved."""
    here = {name: code for name, code in PEERS.items() if is_installed(name)}
    commands = {f"qualia {line}": COMMAND.format(words=line.split()) for line in COMMANDS}
    found = cpu_ms(CASES | here | commands, rounds=rounds)
    bare = found["bare"]
    net = {name: value - bare for name, value in found.items()}
    group, unit = "start", "ms CPU"
    return [
        Measurement(
            group=group,
            name="import qualia",
            unit=unit,
            ours=found["import"],
            plain=bare,
            peer="bare Python",
            budget_ratio=1.2,
        ),
        Measurement(
            group=group,
            name="from qualia import Core, over bare Python",
            unit=unit,
            ours=net["core"],
            plain=net["attrs"],
            peer="import attrs",
            budget=60,
        ),
        Measurement(
            group=group,
            name="Core() and list six plugins, over bare Python",
            unit=unit,
            ours=net["list"],
            plain=net.get("pluggy"),
            peer="pluggy, six plugins",
            budget=60,
        ),
        Measurement(
            group=group,
            name="Core() and list six plugins, over bare Python",
            unit=unit,
            ours=net["list"],
            plain=net.get("spacy"),
            peer="spaCy blank",
        ),
        *(
            Measurement(
                group=group,
                name=f"qualia {line}, the whole process",
                unit=unit,
                ours=found[f"qualia {line}"],
                plain=bare,
                peer="bare Python",
                budget=budget,
            )
            for line, budget in COMMANDS.items()
        ),
    ]
