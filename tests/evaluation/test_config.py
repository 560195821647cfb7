"""Settings cost nothing to import."""

from __future__ import annotations

import subprocess
import sys

import miwake.evaluation


def test_settings_load_neither_numpy_nor_torch() -> None:
    code = (
        "import sys, miwake.evaluation, miwake.evaluation.config, miwake.evaluation.results\n"
        "print([m for m in ('numpy', 'scipy', 'sklearn', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_figures_load_no_torch() -> None:
    code = "import sys, miwake.evaluation.evaluation, miwake.evaluation.wording; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_public_name_is_there() -> None:
    for name in miwake.evaluation.__all__:
        assert callable(getattr(miwake.evaluation, name))
