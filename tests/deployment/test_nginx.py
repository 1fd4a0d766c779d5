"""nginx takes the configuration of every place it runs in, and the rules that matter stand in it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from books4all.stack import binaries
from books4all.stack.console import Console
from books4all.stack.errors import StackError
from books4all.stack.proxy import TEMPLATES, Proxy, fill_in
from tests.deployment.compose import FILES, load

SITE = (TEMPLATES / "site.conf.template").read_text()
WITH_TLS = {"docker-compose.staging.yml", "docker-compose.prod.yml"}


def test_the_laptops_configuration_is_valid(tmp_path: Path) -> None:
    folder = tmp_path / "nginx"
    (tmp_path / "logs").mkdir()
    folder.mkdir()
    proxy = Proxy(folder, "127.0.0.1", 18080, [tmp_path / "web1.sock", tmp_path / "web2.sock"])
    proxy.configure(Console(), tmp_path / "check.log")  # raises what nginx -t says
    assert "web2.sock" in (folder / "site.conf").read_text()


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(StackError, match="NGINX_NEW"):
        fill_in("listen ${NGINX_NEW};", {})


@pytest.mark.parametrize("name", FILES)
def test_the_configuration_of_compose_is_valid(name: str, tmp_path: Path) -> None:
    service = load(name)["services"]["nginx"]
    values = {key: plain(value) for key, value in service["environment"].items()}
    written = []
    for mount in service["volumes"]:
        source = mount.rsplit(":/", 1)[0].split(":/etc")[0]
        if source.endswith(".template"):
            text = fill_in((TEMPLATES / Path(source).name).read_text(), values)
            written.append(tmp_path / Path(source).name.removesuffix(".template"))
            written[-1].write_text(on_this_machine(text, tmp_path))
    if name in WITH_TLS:
        make_certificate(tmp_path)
    main = tmp_path / "nginx.conf"
    includes = "\n".join(f"include {path};" for path in written)
    main.write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{temporary(tmp_path)}\n{includes}\n}}"
    )
    checked = subprocess.run(
        [binaries.nginx(), "-p", tmp_path, "-c", main, "-e", "stderr", "-t"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr


def plain(value: str) -> str:
    """Interpolate ${NAME:-default} as compose would with an empty .env."""
    value = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)
    return re.sub(r"\$\{[A-Z_]+:\?[^}]*\}", "books.example.org", value)


def on_this_machine(text: str, folder: Path) -> str:
    """Move the container's paths into a folder and its ports to ones that an ordinary user has."""
    text = text.replace("/dev/stdout", f"{folder}/access.log")
    for path in ("/var/cache/nginx", "/etc/nginx/tls", "/etc/nginx/books4all-pages"):
        text = text.replace(path, str(folder))
    return re.sub(r"listen (80|443)\b", lambda port: f"listen {18000 + int(port[1])}", text)


def temporary(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


def make_certificate(folder: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl for a certificate to try")
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=x"]
    subprocess.run([openssl, "req", *kind, *files], check=True, capture_output=True)


def test_a_post_is_never_sent_twice() -> None:
    directives = re.findall(r"^\s*proxy_next_upstream ([^;]*);", SITE, re.MULTILINE)
    assert directives == ["error timeout"]


def test_the_client_can_not_say_who_it_is() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in SITE
    assert "$proxy_add_x_forwarded_for" not in SITE
    # A block that sets any header inherits none, and would pass on what the client wrote.
    for block in re.findall(r"location [^{]*\{(.*?)\n    \}", SITE, re.DOTALL):
        if "proxy_set_header" in block:
            assert "proxy_set_header X-Forwarded-For $remote_addr;" in block


def test_gunicorn_keeps_idle_connections_longer_than_nginx() -> None:
    settings: dict[str, object] = {}
    exec((TEMPLATES.parent / "compose" / "gunicorn.conf.py").read_text(), settings)
    upstream = re.search(r"upstream web \{.*?keepalive_timeout (\d+)s;", SITE, re.DOTALL)
    assert upstream
    assert isinstance(settings["keepalive"], int)
    assert settings["keepalive"] > int(upstream[1])


def test_every_page_of_its_own_is_there() -> None:
    pages = set(re.findall(r"/nginx-pages/([\w.]+)", SITE))
    assert "large.html" in pages
    assert all((TEMPLATES / "pages" / page).is_file() for page in pages)
    # What is too large for it is said by a page of ours, and nobody is asked to try the same again.
    assert "error_page 413 $large_page;" in SITE
    assert '413 "";' in SITE
