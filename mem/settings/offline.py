"""Libraries that report home by default are told not to, before they are imported.

ONNX Runtime's builds upload events unless `ORT_DISABLE_TELEMETRY` is set when it initialises (its
Privacy.md); Chroma and the Hugging Face libraries read their own variables at import.
"""

from __future__ import annotations

import os

_SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DO_NOT_TRACK": "1",
}


def forbid_telemetry() -> None:
    """Set the switches for this process and its children; to be called before a first import."""
    os.environ.update(_SWITCHES)
