"""``qualia menu``: every command by questions instead of flags, for people who do not like flags.

A branch asks, builds the words of a command, shows them ("you could have typed: ..."), and has `qualia.cli.main` run
them in this process. So the menu can do nothing that the command line cannot, and its answers are the same. What
plugins there are and which params they take comes from `Core`; no printed table is ever read back.

The questions stand on prompt_toolkit, which is kept, BSD-licensed and brings one small library along (wcwidth).
questionary, which stands on it too, was tried and not taken: it has sentences of its own in English ("Description",
"Answer", "Yes"), cuts long lines where a terminal is narrow, and takes no Ctrl-D in a list. Textual inline would draw
the same questions, but redraws its part of the screen over what commands have printed, takes three times as long to
start, and has no inline mode on Windows.

A terminal that cannot move its cursor (``TERM=dumb``), and whoever gives ``--plain`` (a screen reader, say), gets plain
numbered questions, which need no library.

Ctrl-C and Ctrl-D lead one level back everywhere. In the first list Ctrl-D and "leave" end the menu with exit code 0,
Ctrl-C with 130.
"""
