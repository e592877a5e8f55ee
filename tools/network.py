"""Says in one line, at once, if there is no network; the exit code is then 3.

`make linkcheck` begins with it, before anything is built or written.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from urllib.parse import urlsplit

import httpx

from tools.services.client import user_agent
from tools.services.settings import Service, Settings

NOT_CHECKED = 3
# Every run asks these.
SERVICES = (Service.DOI, Service.PUBMED, Service.TRIALS)
PATIENCE = 5  # seconds


def answers(address: str, contact: str) -> bool:
    """Whether anybody answers there, whatever the answer."""
    try:
        httpx.head(address, timeout=PATIENCE, headers={"User-Agent": user_agent(contact)})
    except httpx.TransportError:
        return False
    return True


def main() -> int:
    settings = Settings.read()
    addresses = [settings.base(service) for service in SERVICES]
    with ThreadPoolExecutor() as pool:
        if any(pool.map(answers, addresses, repeat(settings.contact))):
            return 0
    hosts = ", ".join(dict.fromkeys(urlsplit(address).netloc for address in addresses))
    print(
        f"No network: nobody answers at {hosts}. Nothing was checked, no file was changed.",
        file=sys.stderr,
    )
    return NOT_CHECKED


if __name__ == "__main__":
    sys.exit(main())
