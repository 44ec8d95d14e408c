"""A process as `loaders.process.run` starts them, which starts another one, which starts a stranger; each says its number."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from loaders.process import asked, run

if __name__ == "__main__":
    request = asked()
    folder = Path(request["folder"])
    if request["inner"]:
        run("tests.loaders.nest", request | {"inner": False}, folder, 60)
    stranger = subprocess.Popen(["sleep", "60"]) if request["stranger"] else None
    (folder / "numbers").write_text(f"{os.getppid()} {os.getpid()} {stranger.pid if stranger else ''}\n")
    time.sleep(60)
