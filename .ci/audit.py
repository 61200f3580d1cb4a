"""Ask PyPI's advisories about every locked release: 0 clean, 1 a known hole, 3 not all asked."""

import json
import subprocess
import sys
from typing import Any

NOT_ASKED = 3
LOCK = "requirements-dev.lock"
"""It holds the releases of the other two as well."""
SECONDS = 120


def main() -> int:
    """Print what is known of the releases in the lock files; says so where nothing was told."""
    asked: dict[str, list[str]] = {}
    silent = set()
    for one in _audit(LOCK):
        name = f"{one['name']} {one.get('version', '')}".strip()
        if "skip_reason" in one:
            silent.add(name)
        else:
            asked[name] = [_told(hole) for hole in one["vulns"]]
    holes = [f"{name}: {hole}" for name, known in sorted(asked.items()) for hole in known]
    left = sorted(silent - asked.keys())
    if not asked:
        print("nothing was audited: no advisories could be reached from here")
    else:
        print("\n".join(holes) or f"{len(asked)} releases were audited, none has a known hole")
        print(f"NOT audited: {', '.join(left)}" if left else "all were asked about")
    return 1 if holes else NOT_ASKED if left or not asked else 0


def _told(hole: dict[str, Any]) -> str:
    return f"{hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no release'}"


def _audit(lock: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "pip_audit", "--requirement", lock, "--require-hashes"]
    options = ["--disable-pip", "--progress-spinner=off", "--format=json", "--timeout=10"]
    try:
        done = subprocess.run(
            command + options, capture_output=True, text=True, check=False, timeout=SECONDS
        )
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        return []
    return found


if __name__ == "__main__":
    sys.exit(main())
