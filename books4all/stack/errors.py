"""What may go wrong, said to the person at the terminal."""


class StackError(Exception):
    """The stack can't go on; the message names the cause and the remedy, and is all that is shown."""


class Stopped(BaseException):
    """Somebody asked the launcher to stop (Ctrl-C, SIGTERM, a closed terminal).

    Not an Exception: no handler on the way may take it for a failure of its own step.
    """
