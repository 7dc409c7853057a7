"""The shell around the commands: their list, what they take as data, completion, and commands that others bring."""
