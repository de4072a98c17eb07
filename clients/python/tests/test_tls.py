"""TLS, mTLS and tokens, against servers with certificates made here."""

import asyncio
import shutil
import subprocess
import tempfile
import threading

import grpc
import pytest
from conftest import FakeServer

import pipesched
from pipesched import Tls, aio
from pipesched.v1 import schedule_service_pb2 as service


def openssl(folder, arguments):
    subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """ca.pem, and NAME.pem with NAME.key, signed by it, for server and client."""
    folder = tmp_path_factory.mktemp("certificates")
    folder.joinpath("names").write_text("subjectAltName=DNS:pipesched.test")
    curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    openssl(folder, f"req -x509 {curve} -subj /CN=ca -keyout ca.key -out ca.pem")
    for name in ("server", "client"):
        openssl(folder, f"req {curve} -subj /CN={name} -keyout {name}.key -out {name}.csr")
        openssl(
            folder,
            f"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
            f"-extfile names -out {name}.pem",
        )
    return folder


@pytest.fixture
def secure(certificates):
    credentials = grpc.ssl_server_credentials(
        [((certificates / "server.key").read_bytes(), (certificates / "server.pem").read_bytes())],
        (certificates / "ca.pem").read_bytes(),
        require_client_auth=True,
    )
    server = FakeServer(credentials)
    server.service.compute = lambda *_: service.ComputeScheduleResponse(digest="d")
    yield server
    server.stop()


def tls(certificates, **changes):
    files = {
        "ca_file": str(certificates / "ca.pem"),
        "cert_file": str(certificates / "client.pem"),
        "key_file": str(certificates / "client.key"),
        "server_name": "pipesched.test",
    }
    return Tls(**{**files, **changes})


def test_mtls_and_token(secure, certificates, pipeline):
    tokens = iter(["first", "second"])
    with pipesched.Client(
        secure.target, tls=tls(certificates), token=lambda: next(tokens)
    ) as client:
        for token in ("first", "second"):
            assert client.compute_schedule(pipeline, "1f1b").digest == "d"
            assert secure.service.metadata["authorization"] == f"Bearer {token}"


@pytest.mark.parametrize(
    "changes",
    [
        {"cert_file": None, "key_file": None},  # The server wants one.
        {"server_name": "other.test"},
        {"ca_file": None},  # The system does not know our authority.
    ],
)
def test_refused(secure, certificates, pipeline, changes):
    with pipesched.Client(secure.target, tls=tls(certificates, **changes)) as client:
        with pytest.raises(pipesched.UnavailableError):
            client.compute_schedule(pipeline, "1f1b", timeout=20)


def test_files_go_together():
    with pytest.raises(ValueError, match="cert_file and key_file go together"):
        Tls(cert_file="x")


def test_token_needs_a_safe_way():
    with pytest.raises(ValueError, match="token: needs tls, or a target unix:/path"):
        pipesched.Client("host:1", token="secret")
    pipesched.Client("unix:/nowhere", token="secret").close()


@pytest.fixture(params=["tls", "mtls"])
def guarded(request, certificates, daemon_program):
    """A real daemon with a token, over TLS or mTLS and a Unix socket: their targets, and
    the Tls to use."""
    (certificates / "tokens").write_text("secret-of-the-test\n")
    folder = tempfile.TemporaryDirectory(prefix="pipesched-")  # tmp_path can be too long
    socket = f"unix:{folder.name}/s"
    flags = ["--listen", "127.0.0.1:0", "--listen", socket, "--log-format", "text"]
    flags += ["--tls-cert", "server.pem", "--tls-key", "server.key", "--token-file", "tokens"]
    files = {}
    if request.param == "mtls":
        flags += ["--tls-client-ca", "ca.pem"]
    else:
        files = {"cert_file": None, "key_file": None}
    daemon = subprocess.Popen(
        [shutil.which(daemon_program), *flags],
        cwd=certificates,
        stderr=subprocess.PIPE,
        text=True,
    )
    with folder, daemon:
        for line in daemon.stderr:
            if " listening on " in line:
                break
        drain = threading.Thread(target=daemon.stderr.read)
        drain.start()
        address = line.split(" listening on ")[1].split()[0]
        yield address, socket, tls(certificates, **files)
        daemon.terminate()
        drain.join()


def test_a_real_daemon(guarded, pipeline):
    address, socket, secure = guarded
    digests = set()
    for target, options in ((address, {"tls": secure}), (socket, {})):
        with pipesched.Client(target, token="secret-of-the-test", **options) as client:
            client.wait_ready(timeout=20)
            digests.add(client.compute_schedule(pipeline, "1f1b").digest)
        for token in ("another-secret", None):
            with pipesched.Client(target, token=token, **options) as client:
                with pytest.raises(pipesched.UnauthenticatedError):
                    client.compute_schedule(pipeline, "1f1b")

    async def inside():
        async with aio.Client(address, token="secret-of-the-test", tls=secure) as client:
            return (await client.compute_schedule(pipeline, "1f1b")).digest

    digests.add(asyncio.run(inside()))
    assert len(digests) == 1
