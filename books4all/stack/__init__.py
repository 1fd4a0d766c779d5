"""The whole marketplace on one machine, by one command: nginx, web replicas, worker, PostgreSQL, Valkey.

Nothing here imports Django or any installed library: the launcher has to run before they exist,
with whatever Python 3.11 or newer the machine has. See docs/decisions/0003-engines-from-wheels.md.
"""
