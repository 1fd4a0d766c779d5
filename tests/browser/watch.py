"""What a browser complains about while tests walk through the site."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response


class Watch:
    """Errors in the console (a violated Content-Security-Policy is one), in scripts, and of requests."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._pages: set[str] = set()

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of ``context``."""
        context.on("console", self._said)
        context.on("response", self._answered)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("page", self._opened)

    def _opened(self, page: Page) -> None:
        page.on("crash", lambda _page: self.complaints.append("crashed"))

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            # A page that answers 422 or 404 by intent is no fault; what it needs must be there.
            self._pages.add(response.url)
            if response.status >= 500:
                self.complaints.append(f"{response.status} {response.url}")
        elif response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if message.text.startswith("Failed to load resource"):
            # _answered has judged it.
            return
        self.complaints.append(f"{message.type}: {message.text} ({message.location})")
