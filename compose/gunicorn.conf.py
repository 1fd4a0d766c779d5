"""gunicorn, the same in compose and under `make run`; the address comes with --bind."""

import os
from pathlib import Path

# A replica is one process: more of them are more replicas, which nginx spreads the load over.
workers = 1
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "5"))

# nginx lets an idle connection go after 60 s. If gunicorn closed it first, a POST could get lost.
keepalive = 75
# Longer than nginx waits for an answer, so that a slow page is nginx's to give up.
timeout = 60
graceful_timeout = 20

# Only nginx can reach a replica (a socket, or the network of compose): it says who the client is.
forwarded_allow_ips = "*"

# The heartbeat file must not stand on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - memory, not a file
# Its default path is the same for every replica of an account.
control_socket_disable = True
# nginx writes the access log.
accesslog = None
errorlog = "-"
