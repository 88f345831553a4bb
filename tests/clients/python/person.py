"""A person with a browser without JavaScript: follows redirects, keeps cookies, fills in forms."""

from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup

MOST_STEPS = 20


class Person:
    """One browser with one set of cookies, and the credentials its owner types."""

    def __init__(self, email, password):
        self.email = email
        self.password = password
        self.browser = requests.Session()
        self.browser.trust_env = False
        self.browser.headers.update({"Accept": "text/html", "Accept-Language": "en"})

    def go(self, url, target):
        """Opens ``url`` and answers every page until ``target`` is reached.

        Returns the address reached, and the paths of the pages seen.
        """
        visited = []
        response = self.browser.get(url, allow_redirects=False)
        for _ in range(MOST_STEPS):
            page = BeautifulSoup(response.text, "html.parser")
            location = response.headers.get("Location") or self._leads_on(page)
            if location:
                url = urljoin(response.url, location)
                if url.startswith(target):
                    return url, visited
                response = self.browser.get(url, allow_redirects=False)
                continue
            visited.append(urlsplit(response.url).path)
            action, fields = self._fill(page, response)
            here = urljoin(response.url, action)
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(here))
            headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
            response = self.browser.post(here, data=fields, headers=headers, allow_redirects=False)
        raise AssertionError(f"no end after {MOST_STEPS} steps: {visited}")

    @staticmethod
    def _leads_on(page):
        """The target of a page that replaces a redirect."""
        refresh = page.find("meta", attrs={"http-equiv": "refresh"})
        return refresh["content"].removeprefix("0; url=") if refresh else None

    def _fill(self, page, response):
        """The form a person would fill in on this page: sign-in or consent."""
        field = page.find(attrs={"name": "password"}) or page.find(attrs={"name": "decision"})
        if field is None:
            words = " ".join(page.get_text().split())[:400]
            raise AssertionError(f"{response.status_code} {response.url}: nothing to do on this page: {words}")
        form = field.find_parent("form")
        fields = {i["name"]: i.get("value", "") for i in form.find_all("input", type="hidden") if i.get("name")}
        if field["name"] == "password":
            fields.update(email=self.email, password=self.password)
        else:
            fields["decision"] = "allow"
        return form.get("action", ""), fields
