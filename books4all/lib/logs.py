"""What log lines must not say."""

import logging


class WithoutJobArguments(logging.Filter):
    """Take the arguments of jobs out of the job library's log lines.

    It logs every job with all its arguments; those of a mail are the mail, links and codes included.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the job's name and number in place of its arguments; keep every record."""
        if not record.name.startswith("procrastinate"):
            return True
        jobs = [getattr(record, "job", None), *(getattr(record, "jobs", None) or [])]
        text = record.getMessage()
        for job in jobs:
            if isinstance(job, dict) and job.get("call_string"):
                text = text.replace(job["call_string"], f"{job.get('task_name')}[{job.get('id')}]")
                job.pop("call_string", None)
                job.pop("task_kwargs", None)
        record.msg, record.args = text, None
        return True
