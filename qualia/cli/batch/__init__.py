"""``qualia batch`` and ``qualia watch``: one plugin or pipeline on many files, with a journal of what is done."""
