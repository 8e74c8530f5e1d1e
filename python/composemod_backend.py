"""The build backend of pyproject.toml: maturin, with a published wheel before it.

pre-commit installs a hook by `pip install` of this repository. Built by maturin that needs a Rust
toolchain, which most users of a hook have not. So a wheel is taken from the package index first,
where it has one of this very version for this machine (PIP_INDEX_URL and PIP_FIND_LINKS hold, as for
pip); only else it is built. `COMPOSEMOD_BUILD=1` builds it in any case.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import maturin

build_sdist = maturin.build_sdist
get_requires_for_build_sdist = maturin.get_requires_for_build_sdist


def version():
    """Gives the version that Cargo.toml says."""
    manifest = pathlib.Path("Cargo.toml").read_text(encoding="utf-8")
    return re.search(r'^version = "([^"]+)"', manifest, re.MULTILINE).group(1)


def published_wheel(directory):
    """Downloads the published wheel of this version; gives its name, or None where there is none."""
    if os.environ.get("COMPOSEMOD_BUILD"):
        return None
    folder = pathlib.Path(directory)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(folder), f"composemod=={version()}"]
    if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        return None
    return next((wheel.name for wheel in folder.glob("composemod-*.whl")), None)


def get_requires_for_build_wheel(config_settings=None):
    """Asks for nothing more: maturin's own wheels need no other package."""
    return []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Gives the published wheel, or builds one with maturin."""
    wheel = published_wheel(wheel_directory)
    if wheel is not None:
        return wheel
    if shutil.which("cargo") is None:
        sys.exit(
            f"error: the package index has no wheel of composemod {version()} for this machine, and "
            "there is no cargo to build one; install Rust, or install composemod by hand and use the "
            "hooks with `language: system`"
        )
    return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)
