"""What the phone's reverse proxy changes in headers and pages."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

LOGIN = {"/connect/oauth2/authorize": "/-sim/oauth2/authorize"}
LOGIN |= {"/wwlogin/sso/login": "/-sim/sso/login", "/wwopen/sso/qrConnect": "/-sim/sso/login"}
HEAD = re.compile(rb"<head(\s[^>]*)?>", re.IGNORECASE)
ADDRESS = re.compile(
    rb"((?:href|src|action|hx-get|hx-post|content)=[\"'])(https?://[^\"'/]+)(/[^\"']*)?([\"'])"
)


@dataclass(kw_only=True, frozen=True)
class Names:
    """The three origins that take part."""

    #: Origin of this phone, as the browser sees it.
    phone: str
    #: Origin of the real Qingban.
    qingban: str
    #: Origin of the page with all phones.
    main: str

    def inward(self, text: str) -> str:
        """Replace the phone's origin by Qingban's, plain and percent-encoded."""
        text = text.replace(self.phone, self.qingban)
        return text.replace(quote(self.phone, safe=""), quote(self.qingban, safe=""))

    def location(self, value: str) -> str:
        """Return where a redirect leads on this phone."""
        place = urlsplit(value)
        if not place.netloc:
            return value
        if f"{place.scheme}://{place.netloc}" == self.qingban:
            rest = value[len(self.qingban) :]
            return rest if rest.startswith("/") else f"/{rest}"
        if place.path in LOGIN:
            return f"{LOGIN[place.path]}?{place.query}"
        return value

    def header(self, name: str, value: str) -> str:
        """Return a header of the answer as this phone must see it."""
        if name in ("location", "hx-redirect", "hx-location", "content-location"):
            return self.location(value)
        return self.policy(value) if name == "content-security-policy" else value

    def policy(self, value: str) -> str:
        """Let the phone's shell frame the page; leave the rest of the policy alone."""
        parts = [part.strip() for part in value.split(";") if part.strip()]
        kept = [part for part in parts if not part.lower().startswith("frame-ancestors")]
        kept.append(f"frame-ancestors 'self' {self.main}")
        return "; ".join(kept).replace(self.qingban, self.phone)

    def page(self, html: bytes, policy: str, script: str) -> bytes:
        """Put the phone's script first into the head and keep links on this phone."""
        html = ADDRESS.sub(self._address, html)
        if "sandbox" in policy:
            return html
        nonce = re.search(r"script-src[^;]*'nonce-([^']+)'", policy)
        self_allowed = re.search(r"script-src[^;]*'self'", policy) or "script-src" not in policy
        extra = f' nonce="{nonce.group(1)}"' if nonce and not self_allowed else ""
        tag = f'<script src="{script}"{extra}></script>'.encode()
        return HEAD.sub(lambda found: found.group(0) + tag, html, count=1)

    def _address(self, found: "re.Match[bytes]") -> bytes:
        start, origin, rest, end = found.groups(default=b"")
        whole = (origin + rest).decode("utf-8", "replace").replace("&amp;", "&")
        new = self.location(whole)
        if new == whole:
            return found.group(0)
        return start + new.replace("&", "&amp;").encode() + end
