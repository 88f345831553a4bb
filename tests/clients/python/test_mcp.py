"""The official MCP SDK for Python as a client: it becomes known to Usher in three ways, and is out after the person ends it."""

import asyncio
import json
import os
import time
import unittest
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
import requests
from bs4 import BeautifulSoup
from mcp.client.auth import OAuthClientProvider
from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

from person import Person

ISSUER = os.environ["USHER_TEST_ISSUER"]
URL = os.environ["MCP_URL"]
REDIRECT_URI = os.environ["REDIRECT_URI"]
CLIENTS = json.loads(Path(os.environ["USHER_TEST_CLIENTS"]).read_text())


class Memory:
    """Where an agent keeps its tokens and its registration."""

    def __init__(self, client=None):
        self.tokens = None
        self.client = client

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Mcp(unittest.TestCase):
    def provider(self, memory, person, document=None):
        answer = {}

        async def redirect(url):
            reached, visited = await asyncio.to_thread(person.go, url, REDIRECT_URI)
            self.assertEqual(visited, ["/login", "/consent"])
            answer.update({name: values[0] for name, values in parse_qs(urlsplit(reached).query).items()})

        async def callback():
            return AuthorizationCodeResult(code=answer["code"], state=answer["state"], iss=answer["iss"])

        metadata = OAuthClientMetadata(
            client_name="Python agent",
            redirect_uris=[REDIRECT_URI],
            grant_types=["authorization_code", "refresh_token"],
            token_endpoint_auth_method="none",
        )
        return OAuthClientProvider(URL, metadata, memory, redirect, callback, client_metadata_url=document)

    def revoke(self, person, client_id):
        """Ends the access of an application as people do."""
        page = BeautifulSoup(person.browser.get(f"{ISSUER}/account/apps").text, "html.parser")
        form = page.find("button", attrs={"name": "client", "value": client_id}).find_parent("form")
        fields = {i["name"]: i.get("value", "") for i in form.find_all("input") if i.get("name")}
        person.browser.post(urljoin(f"{ISSUER}/account/apps", form["action"]), data={**fields, "client": client_id})

    async def whoami(self, provider):
        async with (
            httpx2.AsyncClient(auth=provider) as http,
            streamable_http_client(URL, http_client=http) as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            return (await session.call_tool("whoami", {})).content[0].text

    def works_until_revoked(self, memory, document=None):
        person = Person(**CLIENTS["user"])
        told = asyncio.run(self.whoami(self.provider(memory, person, document)))
        client_id = memory.client.client_id
        self.assertIn(client_id, told)
        self.assertIsNotNone(memory.tokens.refresh_token)
        self.revoke(person, client_id)
        since = time.monotonic()
        bearer = {"Authorization": f"Bearer {memory.tokens.access_token}"}
        self.assertEqual(requests.post(URL, headers=bearer, timeout=10).status_code, 401)
        self.assertLess(time.monotonic() - since, 1)
        return client_id

    def test_an_agent_is_known_by_its_metadata_document(self):
        document = os.environ["AGENT_URL"]
        self.assertEqual(self.works_until_revoked(Memory(), document), document)

    def test_an_agent_registers_itself(self):
        self.assertRegex(self.works_until_revoked(Memory()), "^client_")

    def test_an_agent_was_registered_before(self):
        known = OAuthClientInformationFull(client_id=CLIENTS["agent"]["client_id"], redirect_uris=[REDIRECT_URI])
        self.works_until_revoked(Memory(known))


if __name__ == "__main__":
    unittest.main(verbosity=2)
