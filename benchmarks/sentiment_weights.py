"""``python -m benchmarks.sentiment_weights``: what weights learnt word by word would add to Portuguese sentiment.

Five-fold cross-validation on the training posts of UMSAB, of logistic regression on single words and pairs, alone and
beside the plugin's polarity. It needs scikit-learn and the data folder, and writes nothing: those posts are for tests.
"""

from __future__ import annotations

import html
import importlib
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.quality import label_of, macro_f1
from qualia import Core, Document, Settings

FOLDS = 5


def main() -> int:
    """Print three figures."""
    folder = Path(os.environ.get("QUALIA_DATA", "absent")) / "sentiment" / "umsab-pt"
    if not folder.is_dir():
        print("no data folder: set QUALIA_DATA", file=sys.stderr)
        return 0
    texts = [html.unescape(each) for each in (folder / "train_text.txt").read_text(encoding="utf-8").splitlines()]
    labels = [int(each) - 1 for each in (folder / "train_labels.txt").read_text(encoding="utf-8").split()]
    params = {"language": "pt", "sentences": False}
    with Core(settings=Settings(cache_max_bytes=0)) as core:
        run = core.run
        polarity = [float(run("sentiment_analyzer", Document(each), params).value.polarity or 0.0) for each in texts]
    print(f"rules alone: {macro_f1([label_of(each, 0.1) for each in polarity], labels):.3f}")
    words: Any = importlib.import_module("sklearn.feature_extraction.text").TfidfVectorizer(
        ngram_range=(1, 2), min_df=2
    )
    counts = words.fit_transform(texts)
    print(f"words alone: {_cross_validated(counts, labels):.3f}")
    sparse: Any = importlib.import_module("scipy.sparse")
    both = sparse.hstack([counts, [[2 * each, 2 * abs(each)] for each in polarity]]).tocsr()
    print(f"words and rules: {_cross_validated(both, labels):.3f}")
    return 0


def _cross_validated(features: Any, labels: list[int]) -> float:
    """Return macro-F1 of predictions for posts that were left out of the fit."""
    model: Any = importlib.import_module("sklearn.linear_model").LogisticRegression(C=1.0, max_iter=1000)
    selection: Any = importlib.import_module("sklearn.model_selection")
    folds = selection.StratifiedKFold(FOLDS, shuffle=True, random_state=1)
    found = selection.cross_val_predict(model, features, labels, cv=folds)
    return macro_f1([int(each) for each in found], labels)


if __name__ == "__main__":
    sys.exit(main())
