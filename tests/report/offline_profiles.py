"""The validator of RO-Crates, without a network."""

import io
import json
import tempfile
from pathlib import Path

import requests
from requests_cache import CachedSession
from rocrate import vocabs
from rocrate_validator import services
from rocrate_validator.models import ValidationResult
from urllib3 import HTTPResponse

_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_BIOSCHEMAS = "https://bioschemas.org"
# Where the context of RO-Crate 1.1 differs from that of 1.3, which rocrate brings, in our terms.
_OF_1_1 = {
    "ComputationalWorkflow": f"{_BIOSCHEMAS}/ComputationalWorkflow",
    "FormalParameter": f"{_BIOSCHEMAS}/FormalParameter",
    "input": f"{_BIOSCHEMAS}/ComputationalWorkflow#input",
    "output": f"{_BIOSCHEMAS}/ComputationalWorkflow#output",
}


def validate(crate: Path, profile: str, cache: Path) -> ValidationResult:
    """Hold a crate against all that a profile and those below it require.

    Args:
        crate: its folder.
        profile: identifier of the profile.
        cache: an empty folder.
    """
    _fill(cache / "http")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        link = Path(folder) / "crate"  # the validator takes no path with a blank
        link.symlink_to(crate)
        settings = {
            "rocrate_uri": str(link),
            "profile_identifier": profile,
            "requirement_severity": "REQUIRED",
            "offline": True,
            "cache_path": cache / "http",
        }
        return services.validate(settings)


def _fill(cache: Path) -> None:
    """Put the one page that the validator reads from the web into its cache."""
    terms = {**vocabs.RO_CRATE["@context"], **_OF_1_1}
    del terms["sha256"]  # not yet in 1.1
    body = json.dumps({"@context": terms}).encode()
    headers = {"Content-Type": "application/ld+json"}
    response = requests.Response()
    response.status_code, response.url = 200, _CONTEXT
    response.headers.update(headers)
    response.request = requests.Request("GET", _CONTEXT).prepare()
    response.raw = HTTPResponse(io.BytesIO(body), headers, 200, preload_content=False)
    response._content = body
    session = CachedSession(str(cache), backend="sqlite", expire_after=-1)
    session.cache.save_response(response)
    session.close()
