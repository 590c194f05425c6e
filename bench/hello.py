"""The smallest falcon app: what answering the to-do page's address costs at the very least."""

import falcon


class Hello:
    """Two words, no questions asked."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Say hello."""
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "hello, world"


app = falcon.App()
app.add_route("/todo", Hello())
